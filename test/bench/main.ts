/** `npm run bench -- NAME ...`: speed, both sides measured in one run. */
import fs from 'node:fs';
import path from 'node:path';

const names = fs
  .readdirSync(__dirname)
  .filter(file => file.endsWith('.bench.ts'))
  .map(file => file.replace('.bench.ts', ''));

async function main(wanted: string[]): Promise<void> {
  const unknown = wanted.find(name => !names.includes(name));
  if (unknown) throw new Error(`There is no bench ${unknown}; there are ${names.join(', ')}.`);
  for (const name of wanted.length ? wanted : names) {
    console.log(`\n${name}`);
    const { bench } = require(path.join(__dirname, `${name}.bench.ts`)) as { bench: () => Promise<void> };
    await bench();
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
