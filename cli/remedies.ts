/**
 * What to do about a refusal, by its code: in the words of the command line, where the platform's own
 * remedy is in those of its REST API.
 */
export const REMEDIES: Readonly<Record<string, string>> = {
  FunctionNotFound:
    'See "hearth list" for functions, and "hearth versions list FUNCTION" for versions and aliases of one.',
  FunctionUrlNotFound: 'Give the function an address with "hearth url create FUNCTION".',
  AliasNotFound: 'See "hearth aliases list FUNCTION".',
  TriggerNotFound: 'See "hearth triggers list FUNCTION".',
  SecretNotFound: 'See "hearth secrets list FUNCTION".',
  InvocationNotCancellable: 'See "hearth runs get ID" for how it ended, or wait for its end.',
  InvocationNotFound: 'See "hearth runs list"; the oldest are forgotten.',
  DeadLetterNotFound: 'See "hearth dead-letters list FUNCTION".',
  EventNotKept:
    'Set "record": {"bodies": true} in the hearth.json of the function: then later calls can be run again.',
}
