import { type BackupManifest, StoredLayerVersion } from '../core/functions/backup.ts'
import { layerVersionArn } from '../core/functions/layer.ts'
import { label, refuseBackup, requireDistinct, validator } from './backup-check.ts'

const checkVersion = validator(StoredLayerVersion)

/** Checks the layer versions of a backup. Throws InvalidBackup. */
export function checkLayers({ layers, layerNumbers }: BackupManifest): void {
  for (const layer of layers) {
    const what = `${label('layer', layer.name)} version ${String(layer.version).slice(0, 20)}`
    checkVersion(layer, what)
    if (!(layer.version <= (layerNumbers[layer.name] ?? 0))) {
      refuseBackup(`${what} is newer than "layerNumbers" says`)
    }
    for (const { Resource } of layer.policy?.statements ?? []) {
      if (Resource !== layerVersionArn(layer)) refuseBackup(`${what}: its policy is of another one`)
    }
  }
  requireDistinct(layers.map(({ name, version }) => `${label('layer', name)} version ${version}`))
}
