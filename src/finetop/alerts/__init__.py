"""Tells a person who is not looking what became of his jobs: rules, the ledger's engine, and the ways out."""
