"""Pages about identity providers: connect them, see how they are doing and what they sent, link people to them."""
