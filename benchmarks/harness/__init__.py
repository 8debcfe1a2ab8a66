"""What the benchmarks share: a PostgreSQL, people in it, servers over it, a client, and what /proc says of them."""
