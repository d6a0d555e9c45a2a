"""Delivery: from a stored message to a push service's answer, written down in the ledger."""
