import { Type } from 'typebox'
import type { BackupManifest } from '../core/functions/backup.ts'
import { closed } from '../core/stored-schema.ts'
import { EventSourceMapping, mappingIdentity } from '../core/triggers/event-source-mapping.ts'
import { attempt, label, refuseBackup, requireDistinct, validator } from './backup-check.ts'
import { checkFilters, checkSource, sourceTypeOf } from './lambda/event-source.ts'
import { CHANGEABLE_MEMBERS, SOURCE_MEMBERS } from './lambda/mapping-members.ts'
import { checkTags } from './lambda/tags.ts'

const checkMapping = validator(EventSourceMapping)
/** What is stored of a request, and the one default that none can send. */
const checkMembers = validator(
  Type.Object(
    {
      ...SOURCE_MEMBERS,
      ...CHANGEABLE_MEMBERS,
      LastProcessingResult: Type.Optional(Type.String()),
    },
    closed,
  ),
)

/** Checks the event source mappings of a backup. Throws InvalidBackup. */
export function checkMappings({ mappings }: BackupManifest): void {
  for (const mapping of mappings) {
    const what = label('mapping', mapping.uuid)
    checkMapping(mapping, what)
    const { fields, identity, tags } = mapping
    checkMembers(fields, what)
    attempt(what, () => checkFields(fields))
    attempt(what, () => checkTags(tags))
    if (identity !== mappingIdentity(mapping)) {
      refuseBackup(`${what}: "identity" is of another source or function`)
    }
  }
  requireDistinct(mappings.map(({ uuid }) => label('mapping', uuid)))
  requireDistinct(mappings.map(({ identity }) => `a mapping of ${identity}`))
}

function checkFields(fields: EventSourceMapping['fields']): void {
  const { EventSourceArn, SelfManagedEventSource } = fields
  const arn = EventSourceArn as string | undefined
  checkSource(sourceTypeOf(arn, SelfManagedEventSource !== undefined), fields)
  checkFilters(fields)
}
