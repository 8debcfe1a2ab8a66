"""Jobs, the lines of a file, and the people in them."""
