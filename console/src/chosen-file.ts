/** The file that was just chosen. The input forgets it, so that the same one can be chosen again. */
export function chosenFile({
  currentTarget,
}: {
  currentTarget: HTMLInputElement
}): File | undefined {
  const file = currentTarget.files?.[0]
  currentTarget.value = ''
  return file
}
