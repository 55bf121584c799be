import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  CgroupFreezer,
  freezerMounts,
  LAYOUTS,
  layoutOf,
} from '../../../scheduler/pool/cgroup-freezer.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const ID = 'ab'.repeat(32)

const V1 = [
  '24 1 254:0 / / rw,relatime - ext4 /dev/root rw',
  '30 24 0:26 / /sys/fs/cgroup rw,relatime - tmpfs cgroup rw,mode=755',
  '31 30 0:27 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
  '36 30 0:32 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer',
]
const UNIFIED = '40 30 0:36 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw'

const mounted: [what: string, lines: string[], mounts: [1 | 2, string][]][] = [
  ['version 1', V1, [[1, '/sys/fs/cgroup/freezer']]],
  [
    'both: the newer one comes first',
    [...V1, UNIFIED],
    [
      [2, '/sys/fs/cgroup/unified'],
      [1, '/sys/fs/cgroup/freezer'],
    ],
  ],
  [
    'version 2',
    ['26 24 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate'],
    [[2, '/sys/fs/cgroup']],
  ],
  [
    'in a container, its own to be read only, and the host’s beside it',
    [
      '600 599 0:22 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw',
      '620 590 0:22 /../.. /host/c\\040group rw - cgroup2 cgroup2 rw',
    ],
    [[2, '/host/c group']],
  ],
  [
    'several controllers at one place',
    ['36 30 0:32 / /cg/freezer,pids rw master:9 - cgroup cgroup rw,freezer,pids'],
    [[1, '/cg/freezer,pids']],
  ],
  ['none', ['24 1 254:0 / / rw,relatime - ext4 /dev/root rw', ''], []],
]

t.test('where control groups are mounted is read from the table of mounts', async (t) => {
  for (const [what, lines, mounts] of mounted) {
    const expected = mounts.map(([version, path]) => ({ version, path }))
    t.strictSame(freezerMounts(lines.join('\n')), expected, what)
  }
})

const layouts: [what: string, cgroups: string, version: 1 | 2, layout: string | undefined][] = [
  ['cgroupfs', `7:cpu:/docker/${ID}\n6:freezer:/docker/${ID}\n0::/`, 1, 'docker/{id}'],
  ['cgroupfs, version 2', `6:freezer:/\n0::/docker/${ID}`, 2, 'docker/{id}'],
  ['among others', `6:pids,freezer,net_cls:/docker/${ID}`, 1, 'docker/{id}'],
  ['systemd', `0::/system.slice/docker-${ID}.scope`, 2, 'system.slice/docker-{id}.scope'],
  [
    'without root',
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
    2,
    'user.slice/user-1000.slice/user@1000.service/user.slice/docker-{id}.scope',
  ],
  ['another version', `6:freezer:/docker/${ID}`, 2, undefined],
  ['of another container', `0::/docker/${'cd'.repeat(32)}`, 2, undefined],
  ['out of sight', `0::/../../docker/${ID}`, 2, undefined],
  ['of a process that has ended', '', 2, undefined],
]

t.test('how control groups are laid out is learnt from a process', async (t) => {
  for (const [what, cgroups, version, layout] of layouts) {
    t.equal(layoutOf(cgroups, { version, containerId: ID }), layout, what)
  }
})

const written = {
  1: { order: 'freezer.state', frozen: 'FROZEN', running: 'THAWED', state: 'freezer.state' },
  2: { order: 'cgroup.freeze', frozen: '1', running: '0', state: 'cgroup.events' },
} as const
const states = {
  1: [
    ['FROZEN\n', true],
    ['FREEZING\n', false],
    ['THAWED\n', false],
  ],
  2: [
    ['populated 1\nfrozen 1\n', true],
    ['populated 1\nfrozen 0\n', false],
  ],
} as const

for (const version of [1, 2] as const) {
  const names = written[version]
  t.test(`version ${version} is told by its own file, in its own words`, async (t) => {
    for (const layout of LAYOUTS) {
      const path = await temporaryFolder(t)
      const group = join(path, layout.replace('{id}', ID))
      await mkdir(group, { recursive: true })
      const freezer = new CgroupFreezer({ version, path }, layout)
      t.throws(() => freezer.freeze(ID), { code: 'ENOENT' }, 'the file is not made')
      t.equal(freezer.reaches(ID), false)
      await writeFile(join(group, names.order), '')
      await writeFile(join(group, 'cgroup.events'), 'populated 0\nfrozen 0\n')
      t.equal(freezer.reaches(ID), version === 1, 'where version 2 has no process of it')
      await writeFile(join(group, 'cgroup.events'), 'populated 1\nfrozen 0\n')
      t.equal(freezer.reaches(ID), true)
      freezer.freeze(ID)
      t.equal(await readFile(join(group, names.order), 'utf8'), names.frozen)
      freezer.thaw(ID)
      t.equal(await readFile(join(group, names.order), 'utf8'), names.running)
      for (const [text, isFrozen] of states[version]) {
        await writeFile(join(group, names.state), text)
        t.equal(freezer.isFrozen(ID), isFrozen, text)
      }
    }
  })
}
