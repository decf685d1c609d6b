# frozen_string_literal: true

# The names of environments, of a small shop.

# A comparison, both ways round
set :static, ENV["RACK_ENV"] == "production"
set :views, ENV["SHOP_STAGE"] != "staging"

# not: a comparison with a number, a question
set :lock, ENV.size == 3
set :raise_errors, settings.production?

# Only in development
if settings.environment == "development"
  # not: what only development needs
  debug_key = ENV.fetch("DEBUG_KEY")
  set :show_exceptions, debug_key
end
