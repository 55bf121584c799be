-- Shared by the scripts that change a function: a variable of its environment and a secret of its never have
-- the same name.

-- Name of a variable of this definition that is a secret of the function, or nil.
local function secret_among(fn, definition)
  if redis.call('EXISTS', SECRETS_OF .. fn) == 0 then
    return nil
  end
  for name in pairs(definition.environment) do
    if redis.call('HEXISTS', SECRETS_OF .. fn, name) == 1 then
      return name
    end
  end
  return nil
end
