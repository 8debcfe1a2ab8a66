"""What every request goes through, at whichever door."""
