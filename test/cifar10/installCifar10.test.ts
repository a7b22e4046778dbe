import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cifar10, installCifar10, type InstallOptions } from '../../src/cifar10';
import { type Cut, type Entry, gzip, md5, officialEntries, records, send, serve, type Server, tar } from './archives';

const ARCHIVE = gzip(tar(officialEntries()));

describe('npm run data -- cifar10', () => {
  let home: string;
  let folder: string;
  let said: string;
  let server: Server | undefined;
  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'install-'));
    folder = path.join(home, 'cache', 'cifar10');
    said = '';
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    fs.rmSync(home, { recursive: true });
  });

  const install = (options: InstallOptions): Promise<string> =>
    installCifar10({
      folder,
      md5: md5(ARCHIVE),
      retryDelay: 1,
      attempts: 3,
      output: { write: text => (said += text) },
      ...options,
    });
  const whole = (): void => {
    assert.deepEqual(fs.readdirSync(path.dirname(folder)), ['cifar10'], 'nothing else is left');
    assert.equal(cifar10({ split: 'train', folder }).length, 100);
    assert.deepEqual([...new Set(cifar10({ split: 'train', folder }).labels)], [1, 2, 3, 4, 5]);
    assert.equal(cifar10({ split: 'test', folder }).length, 20);
  };
  /** After so many bytes are in the part file. */
  const cut = (after: number): Cut => ({
    after,
    when: () => {
      const parent = path.dirname(folder);
      const part = fs.readdirSync(parent).find(name => name.endsWith('.part'));
      return part !== undefined && fs.statSync(path.join(parent, part)).size === after;
    },
  });
  const file = (name: string, bytes: Uint8Array): string => {
    fs.writeFileSync(path.join(home, name), bytes);
    return path.join(home, name);
  };

  describe('from a server', () => {
    it('downloads, checks, unpacks, and does nothing the second time', async () => {
      server = await serve((request, response) => send(request, response, ARCHIVE));
      assert.equal(await install({ from: server.url }), folder);
      whole();
      assert.match(said, /: 100 %, 0\.4 of 0\.4 MB\n/);
      assert.ok(said.split('\n').length <= 13, 'one line for each tenth at most');
      await install({ from: server.url });
      assert.equal(server.requests.length, 1);
      assert.match(said, /already in/);
    });

    it('continues where a connection was cut', async () => {
      server = await serve((request, response, n) =>
        send(request, response, ARCHIVE, { cut: n === 0 ? cut(100_000) : undefined }),
      );
      await install({ from: server.url });
      whole();
      const [first, second] = server.requests;
      assert.equal(first.range, undefined);
      assert.deepEqual([second.range, second['if-range']], ['bytes=100000-', '"one"']);
    });

    it('goes on in a later run, after giving up', async () => {
      server = await serve((request, response, n) =>
        n === 0
          ? send(request, response, ARCHIVE, { cut: cut(50_000) })
          : n < 3
            ? response.destroy()
            : send(request, response, ARCHIVE),
      );
      await assert.rejects(install({ from: server.url }), /could not be downloaded \(.+\); run the same command again/);
      assert.equal(fs.existsSync(folder), false);
      assert.throws(() => cifar10({ split: 'train', folder }));
      await install({ from: server.url });
      whole();
      assert.deepEqual(
        server.requests.map(({ range }) => range),
        [undefined, 'bytes=50000-', 'bytes=50000-', 'bytes=50000-'],
      );
    });

    it('starts over where the server knows no ranges', async () => {
      server = await serve((request, response, n) =>
        send(request, response, ARCHIVE, { ranges: false, cut: n === 0 ? cut(100_000) : undefined }),
      );
      await install({ from: server.url });
      whole();
      assert.equal(server.requests.length, 2);
    });

    it('starts over where the file has changed meanwhile', async () => {
      const other = gzip(Buffer.alloc(200_000, 'abcdefg'));
      const noise = Buffer.concat([other, records(100, 1)]);
      server = await serve((request, response, n) =>
        n === 0
          ? send(request, response, noise, { cut: cut(100_000), tag: '"old"' })
          : send(request, response, ARCHIVE, { tag: '"new"' }),
      );
      await install({ from: server.url });
      whole();
      assert.equal(server.requests[1]['if-range'], '"old"');
    });

    it('deletes a corrupt file, says so, and starts anew in the next run', async () => {
      const corrupt = Buffer.from(ARCHIVE);
      corrupt[corrupt.length >> 1] ^= 1;
      server = await serve((request, response, n) => send(request, response, n === 0 ? corrupt : ARCHIVE));
      await assert.rejects(
        install({ from: server.url }),
        new RegExp(`MD5 sum ${md5(corrupt)}; expected ${md5(ARCHIVE)}. It was deleted`),
      );
      assert.deepEqual(fs.readdirSync(path.dirname(folder)), []);
      await install({ from: server.url });
      whole();
      assert.equal(server.requests[1].range, undefined);
    });

    it('gives a connection up that brings nothing', async () => {
      server = await serve((request, response, n) => {
        if (n > 0) return send(request, response, ARCHIVE);
        response.writeHead(200, { 'content-length': ARCHIVE.length, etag: '"one"' });
        response.write(ARCHIVE.subarray(0, 1000));
      });
      await install({ from: server.url, stallTimeout: 200 });
      whole();
      assert.equal(server.requests[1].range, 'bytes=1000-');
    });

    it('asks again on status 503, and not on 404', async () => {
      server = await serve((request, response, n) =>
        n === 0 ? response.writeHead(503).end() : send(request, response, ARCHIVE),
      );
      await install({ from: server.url });
      whole();
      await server.close();
      fs.rmSync(folder, { recursive: true });
      server = await serve((_, response) => response.writeHead(404).end());
      await assert.rejects(install({ from: server.url }), /answered with status 404/);
      assert.equal(server.requests.length, 1);
    });

    it('takes a whole archive of a run that was ended while unpacking', async () => {
      server = await serve((_, response) => response.writeHead(404).end());
      fs.mkdirSync(path.dirname(folder));
      file(`cache/cifar-10-binary-${md5(ARCHIVE).slice(0, 8)}.tar.gz`, ARCHIVE);
      fs.mkdirSync(`${folder}.part-${spawnSync(process.execPath, ['--version']).pid}`);
      await install({ from: server.url });
      whole();
      assert.equal(server.requests.length, 0);
    });

    it('writes its line over and over on a terminal', async () => {
      server = await serve((request, response) => send(request, response, ARCHIVE));
      await install({ from: server.url, output: { isTTY: true, write: text => (said += text) } });
      assert.match(said, /^(\r[^\r\n]*\x1b\[K)+\nCIFAR-10 is in /);
    });
  });

  describe('from files', () => {
    it('unpacks an archive and keeps it, by path or file: address', async () => {
      const archive = file('a.tar.gz', ARCHIVE);
      await install({ from: archive });
      whole();
      fs.rmSync(folder, { recursive: true });
      await install({ from: pathToFileURL(archive).href });
      whole();
      assert.ok(fs.existsSync(archive));
    });

    it('copies a folder of any whole number of records, in place of what was there', async () => {
      await install({ from: file('a.tar.gz', ARCHIVE) });
      const from = path.join(home, 'mine');
      fs.mkdirSync(from);
      file('mine/data_batch_1.bin', records(3, 7));
      await assert.rejects(install({ from }), /no test_batch.bin in/);
      whole();
      file('mine/test_batch.bin', records(2, 8).subarray(1));
      await assert.rejects(install({ from }), /mine.test_batch.bin is 6145 bytes long/);
      whole();
      file('mine/test_batch.bin', records(2, 8));
      await install({ from });
      assert.deepEqual(fs.readdirSync(path.dirname(folder)), ['cifar10']);
      assert.deepEqual([...cifar10({ split: 'train', folder }).labels], [7, 7, 7]);
      assert.deepEqual([...cifar10({ split: 'test', folder }).labels], [8, 8]);
      await install({ from: path.join(home, 'a.tar.gz') });
      whole();
    });

    it('refuses what is not there, and an archive of another sum, which stays', async () => {
      await assert.rejects(install({ from: path.join(home, 'none') }), /There is no .*none; expected a folder/);
      const archive = file('a.tar.gz', ARCHIVE.subarray(0, -1));
      await assert.rejects(install({ from: archive }), /a.tar.gz has the MD5 sum .*; expected/);
      assert.ok(fs.existsSync(archive));
    });
  });

  describe('an archive whose sum is right', () => {
    const inside = (name: string): string => `cifar-10-batches-bin/${name}`;
    const batch = { name: inside('data_batch_1.bin'), data: records(1, 1) };
    const without = (name: string): Entry[] => officialEntries().filter(entry => entry.name !== inside(name));
    const refused: [string, Entry[] | Buffer, RegExp][] = [
      ['a name that climbs', [{ ...batch, name: '../evil.bin' }], /'\.\.\/evil.bin' that does not belong there/],
      ['a name that climbs inside', [{ ...batch, name: inside('../../evil') }], /does not belong there/],
      ['an absolute name', [{ ...batch, name: '/tmp/evil.bin' }], /'\/tmp\/evil.bin' that does not belong/],
      ['a first part before a good name', [{ ...batch, prefix: '..' }], /'\.\.\/cifar-10.*' that does not belong/],
      ['an unknown file', [{ ...batch, name: inside('more.bin') }], /more.bin' that does not belong/],
      [
        'a symbolic link',
        [{ name: batch.name, type: '2', link: '/etc/passwd' }],
        /type SymbolicLink; expected a plain file/,
      ],
      ['a hard link', [{ name: batch.name, type: '1', link: '/etc/passwd' }], /type Link;/],
      ['a device', [{ name: batch.name, type: '3' }], /type CharacterDevice;/],
      ['a folder in place of a file', [{ name: batch.name, type: '5' }], /lacks data_batch_1.bin/],
      ['a file in place of the folder', [{ name: inside('') }], /lacks data_batch_1.bin/],
      ['a file twice', [batch, batch], /is there twice/],
      ['part of a record', [{ ...batch, data: records(2, 1).subarray(5) }], /is 6141 bytes long/],
      ['a wrong label', [{ ...batch, data: records(1, 10) }], /Record 0 of .*data_batch_1.bin has the label 10/],
      ['a file too large', [{ ...batch, size: '77777777777' }], /has 8589934591 bytes; expected at most 30730000/],
      ['no length', [{ ...batch, size: '-0000000001' }], /no readable length/],
      ['a file missing', without('data_batch_3.bin'), /lacks data_batch_3.bin/],
      ['an end missing', tar([batch]).subarray(0, 2000), /Truncated input/],
      ['an end mark missing', tar(officialEntries()).subarray(0, -1024), /ends before its end mark/],
      ['a header changed', Buffer.from(tar([batch])).fill('x', 20, 21), /checksum failure/],
    ];
    for (const [what, entries, message] of refused) {
      it(`is refused with ${what}, and leaves what was there`, async () => {
        await install({ from: file('good.tar.gz', ARCHIVE) });
        const bytes = gzip(Buffer.isBuffer(entries) ? entries : tar(entries));
        await assert.rejects(install({ from: file('bad.tar.gz', bytes), md5: md5(bytes) }), message);
        whole();
        assert.deepEqual(fs.readdirSync(home).sort(), ['bad.tar.gz', 'cache', 'good.tar.gz']);
      });
    }

    it('is refused where it is no gzip archive, or a cut one', async () => {
      for (const bytes of [Buffer.from('no archive'), ARCHIVE.subarray(0, 200_000)]) {
        const from = file('bad.tar.gz', bytes);
        await assert.rejects(install({ from, md5: md5(bytes) }), /bad.tar.gz was not unpacked: /);
        assert.deepEqual(fs.readdirSync(path.dirname(folder)), []);
      }
    });
  });

  it('is a command with a status', () => {
    const command = path.join(__dirname, '..', '..', 'src', 'cifar10', 'command.ts');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', command, ...args], { encoding: 'utf8' });
    const wrong = run('cifar100');
    assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /^There is no data set 'cifar100'; expected npm run data -- cifar10/);
    const missing = run('cifar10', '--from', path.join(home, 'none'));
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /^There is no .*none; expected a folder[^\n]*\n$/);
    assert.match(run('cifar10', '--form', 'x').stderr, /Unknown option '--form'; expected npm run data/);
  });
});
