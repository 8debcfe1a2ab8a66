"""What an operation did, read from its events, and how it is given back."""
