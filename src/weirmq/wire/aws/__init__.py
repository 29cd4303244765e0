"""AWS's protocols: requests to typed values, typed values to responses."""
