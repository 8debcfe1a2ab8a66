"""What SCIM says about each attribute: RFC 7643 §4, §7 and §8.7.1 as Python values."""
