// A dozen servers as a team might have them, for pictures.

export const HOUSEHOLD = {
  calendar: { url: 'https://calendar.example.com/mcp', transport: 'http', auth: { strategy: 'bearer', value: 'c-token' } },
  'customer-database': {
    command: 'uvx', args: ['postgres-mcp', '--access-mode=restricted'],
    env: { DATABASE_URI: 'postgresql://reader:pw@db.example.com/customers' }, timeout: 30,
  },
  design: { url: 'https://design.example.com/sse', transport: 'sse', headers: { 'X-Design-Token': 'd-token' } },
  fetch: { command: 'uvx', args: ['mcp-server-fetch'] },
  filesystem: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '/srv/projects'] },
  'issue-tracker': {
    url: 'https://issues.example.com/mcp', transport: 'http', description: 'Issues of all teams',
    headers: { 'X-Api-Key': 'i-key', 'X-Team': 'platform' }, timeout: 30,
  },
  mail: { url: 'https://mail.example.com/mcp', auth: { strategy: 'api_key', value: 'm-key' }, enabled: false },
  memory: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory'], env: { MEMORY_FILE: '/var/lib/memory.jsonl' } },
  'source-code': {
    command: 'docker', args: ['run', '-i', '--rm', 'ghcr.io/example/code-mcp'],
    env: { CODE_TOKEN: 'g-token', LOG_LEVEL: 'info' }, description: 'Repositories, reviews and builds',
  },
  telemetry: { url: 'https://telemetry.example.com:8443/mcp', headers: { Accept: 'application/json' } },
  time: { command: 'uvx', args: ['mcp-server-time', '--local-timezone=Europe/Zurich'] },
  wiki: { url: 'https://wiki.example.com/mcp', enabled: false, description: 'Until the move is done' },
};

export const PASTED = `{
  "mcpServers": {
    "search": { "command": "npx", "args": ["-y", "search-mcp"], "env": { "SEARCH_KEY": "<YOUR_KEY>" } },
    "weather report": { "url": "https://weather.example.com/mcp", "timeout": "soon" },
    "maps": { "type": "http", "url": "https://maps.example.com/mcp" }
  }
}`;
