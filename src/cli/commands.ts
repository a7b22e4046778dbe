/** Every command of the kit: how it is called, what it takes, and the program that it runs. */

/** One option of a command, as node:util's parseArgs takes it, and what --help says of it. */
export interface OptionDeclaration {
  type: 'string' | 'boolean';
  /** The placeholder of a string option's value in the help; `VALUE` if not given. */
  value?: string;
  about: string;
  /** Whether the command cannot go without it. */
  required?: true;
}

export interface Declaration {
  /** What it does, in one sentence. */
  about: string;
  /** What is given besides options; a command without it takes none. */
  arguments?: string;
  options: Record<string, OptionDeclaration>;
  /** A call without its `npm run NAME --`. */
  example: string;
  /** The program, from the root of the checkout; set-up's own commands have none. */
  script?: string;
  /** Whether the program needs the whole set-up, and not the compiled library alone. */
  needsAll?: boolean;
  /** The program that takes all other options. */
  rest?: string;
}

export const COMMANDS = {
  start: {
    about: 'Sets up what is missing and opens the lectures in JupyterLab.',
    options: { lang: { type: 'string', value: 'en|ko', about: 'the language of the lectures' } },
    example: '--lang ko --no-browser --port 8899',
    rest: 'JupyterLab',
  },
  test: {
    about:
      'Sets up what is missing and runs the checks of sources, the tests and the lectures; the last line counts all of them.',
    arguments: '[FOLDER ...]',
    options: { all: { type: 'boolean', about: 'the slow tests and whole lectures too (npm run test:all)' } },
    example: 'grading setup',
  },
  setup: {
    about: 'Sets up what is missing: npm packages, Python packages, TensorFlow, the compiled library.',
    options: { again: { type: 'boolean', about: 'makes everything anew, if something in it was damaged' } },
    example: '--again',
  },
  build: {
    about: 'Compiles the library into dist, as notebooks load it and `npm pack` takes it.',
    options: {},
    example: '',
  },
  doctor: {
    about: 'Says what is installed, what it runs on, and the one command that fixes what is wrong.',
    options: { json: { type: 'boolean', about: 'the same as JSON' } },
    example: '--json',
  },
  kernel: {
    about: 'Registers the TypeScript kernel for a Jupyter that is there already, or takes it out again.',
    arguments: 'install|uninstall',
    options: {
      user: { type: 'boolean', about: "in the user's folder of Jupyter, as without any option" },
      prefix: { type: 'string', value: 'DIR', about: 'in a Python environment, such as the folder of a venv' },
      name: { type: 'string', value: 'NAME', about: 'the name of the kernel, cnn-kit if not given' },
    },
    example: 'install --prefix ~/venv',
  },
  data: {
    about: 'Fetches a data set, which the lectures use from then on.',
    arguments: 'cifar10',
    options: {
      from: {
        type: 'string',
        value: 'SOURCE',
        about: 'a folder with .bin files, an archive.tar.gz or its http address',
      },
    },
    example: 'cifar10 --from ~/Downloads/cifar-10-binary.tar.gz',
    script: 'dist/cifar10/command.js',
  },
  check: {
    about: "Runs an exercise's tests at every save and says which mistake the rest looks like.",
    arguments: 'NN-name',
    options: {
      once: { type: 'boolean', about: 'checks once and ends' },
      hint: { type: 'boolean', about: 'gives the next hint instead' },
    },
    example: '02-lrn --once',
    script: 'dist/course/checkCommand.js',
    needsAll: true,
  },
  generate: {
    about: 'Makes exercises from solutions, and the notebooks of both languages from their Markdown.',
    arguments: '[NN ...]',
    options: { execute: { type: 'boolean', about: 'runs the lectures again, also where their code has not changed' } },
    example: '02 --execute',
    script: 'dist/course/generate.js',
    needsAll: true,
  },
  execute: {
    about: 'Runs lectures from top to bottom without a browser.',
    arguments: '[NN-name ...]',
    options: {
      quick: { type: 'boolean', about: 'with the small values of their knobs, and without slow lectures' },
      compare: { type: 'boolean', about: 'compares the values in the text with those of this run' },
    },
    example: '02-alexnet --quick',
    script: 'dist/course/lectures/execute.js',
    needsAll: true,
  },
  book: {
    about: 'Renders the course as static pages in both languages, readable without a network, to book/index.html.',
    options: {},
    example: '',
    script: 'dist/course/lectures/book.js',
  },
  parity: {
    about: "Compares our networks and techniques with reference files of PyTorch's answers.",
    arguments: 'FILE.json ...',
    options: { backend: { type: 'string', value: 'tensorflow|wasm|cpu', about: 'where to compute' } },
    example: '--backend wasm references/resnet.json',
    script: 'dist/parity/parityCommand.js',
    needsAll: true,
  },
  convert: {
    about: 'Makes a safetensors file of a checkpoint, where PyTorch is in .venv.',
    arguments: 'IN.pth OUT.safetensors',
    options: {},
    example: 'resnet50.pth resnet50.safetensors',
    script: 'dist/weights/node/convertCommand.js',
    needsAll: true,
  },
  experiment: {
    about: "Tests a paper's claim, prints what came out and draws it; without a name it lists the experiments.",
    arguments: '[NAME]',
    options: {
      seed: { type: 'string', value: 'N', about: 'a whole number, 0 if not given' },
      scale: { type: 'string', value: 'quick|lecture|long', about: 'how long it takes, lecture if not given' },
      out: { type: 'string', value: 'FILE.json', about: 'where the result is written' },
    },
    example: 'relu-against-tanh --scale quick --seed 1',
    script: 'dist/experiments/node/command.js',
    needsAll: true,
  },
  progress: {
    about: 'Shows which exercises are done, what they are worth and how long the rest takes.',
    options: {},
    example: '',
    script: 'dist/course/progressCommand.js',
    needsAll: true,
  },
  submit: {
    about:
      'Packs what you wrote, in files and in cells of notebooks, to be handed in, and says what it took and what it left.',
    options: {
      out: { type: 'string', value: 'FILE', about: 'the zip file, submission.zip if not given' },
      force: { type: 'boolean', about: 'packs also what does not compile' },
    },
    example: '--out submission.zip',
    script: 'src/handin/submit.ts',
  },
  // BEGIN INSTRUCTOR
  release: {
    about: 'Writes the student edition: without solutions, hidden tests, grader and history.',
    options: { out: { type: 'string', required: true, value: 'DIR', about: 'a new folder for it' } },
    example: '--out ../course-2026',
    script: 'src/release/release.ts',
  },
  grade: {
    about: 'Grades a class, each submission in a sandbox, and writes all reports.',
    arguments: 'SUBMISSIONS',
    options: {
      out: { type: 'string', required: true, value: 'REPORTS', about: 'the folder for the reports' },
      exercises: { type: 'string', value: 'a,b', about: 'these alone' },
      late: { type: 'string', value: 'FILE', about: 'the policy: deadlines, penalties, extra points' },
      similarity: { type: 'boolean', about: 'shows groups and pairs of submissions that are alike' },
      jobs: { type: 'string', value: 'N', about: 'submissions at a time, from 1 to 99' },
      queue: { type: 'string', value: 'redis://HOST:PORT', about: 'gives the work to grade:worker on other machines' },
      sandbox: {
        type: 'string',
        value: 'bubblewrap|docker|podman|user|none',
        about: 'the kind of sandbox; the best of this machine if not given',
      },
      image: { type: 'string', value: 'IMAGE', about: 'for docker and podman' },
      tensorflow: { type: 'boolean', about: "submissions compute with TensorFlow's library" },
      'answer-seconds': { type: 'string', value: 'N', about: 'what one answer may take, from 1 to 999' },
      tests: { type: 'string', value: 'DIR', about: 'the folder of the tests, test/exercises if not given' },
      fresh: { type: 'boolean', about: 'runs also what is known from the run before' },
      'no-sandbox': { type: 'boolean', about: 'submissions run with your own rights' },
    },
    example: 'submissions --out reports --exercises 02-lrn,02-dropout',
    script: 'dist/grading/command.js',
    needsAll: true,
  },
  'grade:worker': {
    about: 'Examines submissions that a `grade --queue` gives out, until it is ended.',
    options: {
      queue: { type: 'string', required: true, value: 'redis://HOST:PORT', about: 'the address of the queue' },
      jobs: { type: 'string', value: 'N', about: 'submissions at a time, from 1 to 99' },
      tests: { type: 'string', value: 'DIR', about: 'the folder of the tests, test/exercises if not given' },
      sandbox: {
        type: 'string',
        value: 'bubblewrap|docker|podman|user|none',
        about: 'the kind of sandbox; the best of this machine if not given',
      },
      image: { type: 'string', value: 'IMAGE', about: 'for docker and podman' },
      tensorflow: { type: 'boolean', about: "submissions compute with TensorFlow's library" },
      'lock-seconds': {
        type: 'string',
        value: 'N',
        about: 'after how long another worker takes the work of a silent one',
      },
      'no-sandbox': { type: 'boolean', about: 'submissions run with your own rights' },
    },
    example: '--queue redis://localhost:6379 --jobs 4',
    script: 'dist/grading/run/workerCommand.js',
    needsAll: true,
  },
  validate: {
    about: 'Says what of an assignment for nbgrader or otter-assign becomes an exercise of ours, and writes it.',
    arguments: 'NOTEBOOK',
    options: {
      out: { type: 'string', value: 'DIR', about: 'where the solution and its tests are written' },
      name: { type: 'string', value: 'NN-name', about: 'the name of the exercise' },
    },
    example: 'hw2.ipynb --out . --name 11-hw2',
    script: 'src/release/validate.ts',
  },
  autograder: {
    about: "Packs a zip that Gradescope takes as a programming assignment's autograder.",
    options: {
      exercises: { type: 'string', required: true, value: 'NN-name,NN-name', about: 'what is graded' },
      out: { type: 'string', required: true, value: 'FILE.zip', about: 'where it is written' },
      tensorflow: { type: 'boolean', about: "submissions compute with TensorFlow's library" },
    },
    example: '--exercises 02-lrn --out autograder.zip',
    script: 'src/release/autograder.ts',
  },
  bench: {
    about:
      "Measures speed beside PyTorch's in one run; `readme FILE ...` writes what --json printed into test/bench/README.md.",
    arguments: '[NAME ...]',
    options: {
      only: { type: 'string', value: 'a,c', about: 'these works alone' },
      rounds: { type: 'string', value: 'N', about: 'how often each is measured' },
      class: { type: 'string', value: 'N', about: "the grader's memory over one class of so many students" },
      'no-others': { type: 'boolean', about: 'leaves tfjs-node as it comes and WebAssembly out' },
      json: { type: 'boolean', about: 'prints the results as JSON' },
    },
    example: 'training --rounds 3',
    script: 'test/bench/main.ts',
    needsAll: true,
  },
  // END INSTRUCTOR
} as const satisfies Record<string, Declaration>;

export type CommandName = keyof typeof COMMANDS;
