import { SecretKeys, secretKeysPath } from '../core/functions/secret-keys.ts'
import { rotateSecrets } from '../core/functions/secret-rotation.ts'
import { SecretStore } from '../core/functions/secret-store.ts'
import { endWithStartFailure } from '../core/process/start-failure.ts'
import { connectRedis } from '../core/redis/redis.ts'

const USAGE = 'usage: node setup/rotate-secrets.ts <directory of the secrets> <Redis url>'

const [directory, redisUrl] = process.argv.slice(2)
if (!directory || !redisUrl) {
  console.error(USAGE)
  process.exit(2)
}

/** Puts the functions' secrets under a new key where the services themselves cannot write the key file. */
try {
  const redis = await connectRedis(redisUrl)
  try {
    const secretKeys = new SecretKeys(secretKeysPath(directory))
    const rotated = await rotateSecrets(new SecretStore(redis, secretKeys), secretKeys)
    console.log(`${rotated.resealed} secrets are under the new key ${rotated.key}`)
    for (const { functionName, name } of rotated.unreadable) {
      console.log(
        `Its key is lost, so set it again: secret "${name}" of function "${functionName}"`,
      )
    }
  } finally {
    redis.disconnect()
  }
} catch (error) {
  endWithStartFailure(error)
}
