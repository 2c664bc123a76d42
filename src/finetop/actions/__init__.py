"""What a person can ask of a provider: each action journals its intent, sends it once, and settles it."""
