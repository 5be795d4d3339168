"""Brings `cloudtrail` and `cloudtrail-data` requests to the deployed API, unparsed, vouched for."""
