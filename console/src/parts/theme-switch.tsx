import { useState } from 'preact/hooks'
import { setTheme, storedTheme, type Theme } from '../theme.ts'

export function ThemeSwitch() {
  const [theme, choose] = useState(storedTheme())
  const change = (chosen: Theme) => {
    choose(chosen)
    setTheme(chosen)
  }
  return (
    <select
      aria-label="Colours"
      value={theme}
      onChange={(event) => change(event.currentTarget.value as Theme)}
    >
      <option value="system">◐ System</option>
      <option value="light">○ Light</option>
      <option value="dark">● Dark</option>
    </select>
  )
}
