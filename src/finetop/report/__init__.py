"""Reports on jobs: one document, written as Markdown, HTML or plain text."""
