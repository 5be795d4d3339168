"""What refusals say: AWS's exact sentences where they are known, a module per noun."""
