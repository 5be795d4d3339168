"""The protocol: requests in, responses out, validation and errors as AWS words them."""
