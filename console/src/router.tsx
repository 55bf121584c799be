import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { mayLeave } from './unsaved.ts'

const BASE = '/console'
const MOVED = 'hearth-moved'

/** Parts of the path below /console, decoded. */
export function usePath(): string[] {
  const [pathname, setPathname] = useState(location.pathname)
  useEffect(() => {
    const read = () => setPathname(location.pathname)
    const goBack = () => {
      // The browser has gone already.
      if (location.pathname === pathname || mayLeave()) read()
      else history.pushState(undefined, '', pathname)
    }
    window.addEventListener('popstate', goBack)
    window.addEventListener(MOVED, read)
    return () => {
      window.removeEventListener('popstate', goBack)
      window.removeEventListener(MOVED, read)
    }
  }, [pathname])
  return pathname.slice(BASE.length).split('/').filter(Boolean).map(decoded)
}

/** Goes to another page of the console, unless what is unsaved keeps it; `parts` are escaped. */
export function go(...parts: string[]): void {
  if (!mayLeave()) return
  history.pushState(undefined, '', href(...parts))
  window.dispatchEvent(new Event(MOVED))
  window.scrollTo(0, 0)
}

export function href(...parts: string[]): string {
  return [BASE, ...parts.map(encodeURIComponent)].join('/')
}

interface LinkProps {
  to: readonly string[]
  children: ComponentChildren
  isCurrent?: boolean
  class?: string
}

/** A real link, so that it can be opened in a tab of its own. */
export function Link({ to, children, isCurrent = false, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return
    event.preventDefault()
    go(...to)
  }
  return (
    <a
      {...rest}
      href={href(...to)}
      onClick={follow}
      {...(isCurrent && { 'aria-current': 'page' as const })}
    >
      {children}
    </a>
  )
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
