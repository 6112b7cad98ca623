"""What people must be told: limits on fields and on the service, watched by one dashboard process for all browsers."""
