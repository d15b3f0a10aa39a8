"""Networks with hand-written forward and backward passes."""
