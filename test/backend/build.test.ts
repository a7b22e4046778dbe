import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { buildTensorflow, hasWheel, unpack } from '../../src/backend/native/build';
import { hasNvidia, LIBRARIES, tensorflowFolder, TENSORFLOW_VERSION } from '../../src/backend/native/tensorflow';
import { zip } from '../../src/handin/zip';
import { inVenv } from '../../src/setup/python';
import { run } from '../../src/setup/steps';

const root = path.join(ROOT, '.cache', 'build-test');
const WHEEL = `tensorflow_cpu-${TENSORFLOW_VERSION}-cp311-cp311-manylinux_2_27_x86_64.whl`;

/** A package index on loopback with one wheel in it, whose bytes are `content`; `cut` ends the connection half way. */
async function withIndex(content: Buffer, cut: boolean, work: () => Promise<void>): Promise<void> {
  const server = http.createServer((request, response) => {
    if (!request.url!.endsWith('.whl'))
      return void response.setHeader('content-type', 'text/html').end(`<a href="/${WHEEL}">${WHEEL}</a>`);
    response.setHeader('content-length', content.length);
    if (cut) response.write(content.subarray(0, content.length / 2), () => response.destroy());
    else response.end(content);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const before = { ...process.env };
  Object.assign(process.env, {
    PIP_CONFIG_FILE: '/dev/null',
    PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`,
    PIP_RETRIES: '0',
    CNN_KIT_GPU: '0',
  });
  try {
    await work();
  } finally {
    process.env = before;
    await new Promise(resolve => server.close(resolve));
  }
}

describe('the TensorFlow of this checkout', function () {
  const variable = process.env.CNN_KIT_GPU;
  beforeEach(() => fs.rmSync(root, { recursive: true, force: true }));
  afterEach(() => {
    if (variable === undefined) delete process.env.CNN_KIT_GPU;
    else process.env.CNN_KIT_GPU = variable;
  });

  for (const [what, cut] of [
    ['damaged', false],
    ['cut', true],
  ] as const)
    it(`is not made of a download that is ${what}: the kit says so, and goes on without`, async function () {
      if (process.platform !== 'linux' || process.arch !== 'x64') {
        console.log('      skipped: the wheel in this test is for Linux x86-64');
        this.skip();
      }
      const lines: string[] = [];
      await withIndex(Buffer.alloc(1 << 20, 'x'), cut, async () => {
        const options = { root, python: inVenv('python'), run, log: (line: string) => void lines.push(line) };
        const { ok, detail } = await buildTensorflow(options);
        assert.equal(ok, false);
        assert.match(detail, /^TensorFlow could not be set up \(.+\); the kit uses WebAssembly\.$/);
        if (!cut)
          assert.match(
            detail,
            new RegExp(
              createHash('sha256')
                .update(Buffer.alloc(1 << 20, 'x'))
                .digest('hex'),
            ),
          );
      });
      assert.deepEqual(
        lines.map(line => line.replace(/\(.*\)/, '')),
        [`TensorFlow ${TENSORFLOW_VERSION}: downloading 274 MB`, 'The download failed ; once more.'],
      );
      assert.deepEqual(fs.readdirSync(tensorflowFolder(root)), []);
    });

  it('is that for the GPU where CNN_KIT_GPU or the driver says so, once it was seen to work', () => {
    const works = path.join(tensorflowFolder(root, 'cuda'), 'works.json');
    process.env.CNN_KIT_GPU = '1';
    assert.ok(hasNvidia());
    assert.equal(tensorflowFolder(root), tensorflowFolder(root, 'cpu'));
    fs.mkdirSync(path.dirname(works), { recursive: true });
    fs.writeFileSync(works, '');
    assert.equal(tensorflowFolder(root), tensorflowFolder(root, 'cuda'));
    process.env.CNN_KIT_GPU = '0';
    assert.equal(tensorflowFolder(root), tensorflowFolder(root, 'cpu'));
  });

  it('takes the libraries and the headers of the C API out of a wheel, and nothing else', async () => {
    const wheel = path.join(root, 'x.whl');
    const [library] = LIBRARIES;
    const inWheel = [
      ...[`tensorflow/${library}`, 'tensorflow/include/tensorflow/c/c_api.h', 'tensorflow/include/xla/tsl/c/a.h'],
      ...['tensorflow/include/tensorflow/c/c_api.cc', 'tensorflow/include/numpy/x.h', 'tensorflow/__init__.py'],
    ];
    fs.mkdirSync(root, { recursive: true });
    fs.writeFileSync(wheel, zip(inWheel.map(name => ({ name, content: `of ${name}` }))));
    await unpack(wheel, path.join(root, 'out'));
    const files = (fs.readdirSync(path.join(root, 'out'), { recursive: true }) as string[]).filter(name =>
      /\.\w+$/.test(name),
    );
    assert.deepEqual(files.sort(), ['include/tensorflow/c/c_api.h', 'include/xla/tsl/c/a.h', `lib/${library}`]);
    assert.equal(fs.readFileSync(path.join(root, 'out/lib', library), 'utf8'), `of tensorflow/${library}`);
    fs.writeFileSync(wheel, fs.readFileSync(wheel).subarray(0, -30));
    await assert.rejects(unpack(wheel, path.join(root, 'out')));
  });

  it('is there for Linux and for Apple silicon, and nowhere else', () => {
    const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win32-x64', 'win32-arm64'];
    assert.deepEqual(platforms.filter(hasWheel), ['linux-x64', 'linux-arm64', 'darwin-arm64']);
  });
});
