export type Theme = 'system' | 'light' | 'dark'

const KEY = 'hearth-theme'
const THEMES: readonly string[] = ['system', 'light', 'dark']
/** Heard by what is drawn and not styled: the charts. */
export const THEME_CHANGED = 'hearth-theme-changed'

export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY) ?? 'system'
  return (THEMES.includes(stored) ? stored : 'system') as Theme
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  applyTheme(theme)
}

/** The style sheet does the rest. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  window.dispatchEvent(new Event(THEME_CHANGED))
}
