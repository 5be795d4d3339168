"""AWS's exact sentences, a module per noun."""
