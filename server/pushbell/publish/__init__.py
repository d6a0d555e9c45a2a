"""From a request's words to a stored message: parameters -> draft -> post."""
