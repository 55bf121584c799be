import t from 'tap'
import { chooseDriver, type DriverName } from '../../platform/choose-driver.ts'

const cases: {
  title: string
  wanted?: DriverName
  recorded?: DriverName
  engineFound: boolean
  driver: DriverName
  record: DriverName
}[] = [
  {
    title: 'a first start with an engine takes docker',
    engineFound: true,
    driver: 'docker',
    record: 'docker',
  },
  {
    title: 'a first start without an engine takes process',
    engineFound: false,
    driver: 'process',
    record: 'process',
  },
  {
    title: 'a folder that has used docker never falls back',
    recorded: 'docker',
    engineFound: false,
    driver: 'docker',
    record: 'docker',
  },
  {
    title: 'a folder that was started without an engine stays so',
    recorded: 'process',
    engineFound: true,
    driver: 'process',
    record: 'process',
  },
  {
    title: 'a setting wins over the engine',
    wanted: 'process',
    engineFound: true,
    driver: 'process',
    record: 'process',
  },
  {
    title: 'a setting wins without an engine',
    wanted: 'docker',
    engineFound: false,
    driver: 'docker',
    record: 'docker',
  },
  {
    title: 'a setting moves a folder to docker for good',
    wanted: 'docker',
    recorded: 'process',
    engineFound: true,
    driver: 'docker',
    record: 'docker',
  },
  {
    title: 'a setting for one start does not make a docker folder forget',
    wanted: 'process',
    recorded: 'docker',
    engineFound: true,
    driver: 'process',
    record: 'docker',
  },
]

for (const { title, wanted, recorded, engineFound, driver, record } of cases) {
  t.test(title, async (t) => {
    t.match(chooseDriver({ wanted, recorded, engineFound }), { driver, record })
  })
}

t.test('the reason tells a folder without isolation how to leave that state', async (t) => {
  const choice = chooseDriver({ wanted: undefined, recorded: 'process', engineFound: true })
  t.match(choice.reason, /SANDBOX_DRIVER=docker/)
})
