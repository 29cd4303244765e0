"""What leaves the process: the courier takes tasks out of the outbox, a sender for each kind of errand sends them."""
