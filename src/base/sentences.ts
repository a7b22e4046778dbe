/** What the kit says to a student, in the languages of the lectures. What a library refuses, and exercises' tests and hints, are English. */

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Text = Record<Language, string>;

/** Sentences by what they say, with `{names}` for what is put in. In Korean no particle follows a name: it would depend on its sound. */
export const SENTENCES = {
  // check
  passedAll: {
    en: '{exercise}: public tests pass, {count} of {count}.',
    ko: '{exercise}: 공개 테스트 {count}개를 모두 통과했습니다.',
  },
  passedSome: {
    en: '{exercise}: {passed} of {count} public tests pass. Fix the first one that fails, then check again.',
    ko: '{exercise}: 공개 테스트 {count}개 중 {passed}개를 통과했습니다. 실패한 첫 테스트를 고친 뒤 다시 확인하세요.',
  },
  givenCall: { en: 'It was given {call}.', ko: '입력: {call}' },
  sameInputs: {
    en: 'The inputs are of seed {seed}; this draws the same again: {again}',
    ko: '입력을 뽑은 시드는 {seed}입니다. 같은 입력을 다시 뽑으려면: {again}',
  },
  notWritten: { en: 'Not written yet', ko: '아직 작성하지 않았습니다' },
  watching: {
    en: 'Watching {file}; every save checks it again. Ctrl-C ends.',
    ko: '{file}: 저장할 때마다 다시 확인합니다. Ctrl-C로 끝냅니다.',
  },
  whichExercise: { en: 'Say which exercise: {example}', ko: '어느 연습 문제인지 쓰세요: {example}' },
  noExercise: {
    en: 'There is no exercise {exercise}; expected one of {known}.',
    ko: '{exercise}: 없는 연습 문제입니다. 다음 중 하나를 쓰세요: {known}.',
  },
  endless: {
    en: '{what} did not end within {seconds} s and was stopped; is there an endless loop?',
    ko: '{what}: {seconds}초 안에 끝나지 않아 중단했습니다. 무한 루프가 있나요?',
  },
  endedProcess: { en: '{what} ended the whole process ({how}).', ko: '{what}: 프로세스 전체를 종료했습니다({how}).' },
  exitStatus: { en: 'exit status {status}', ko: '종료 상태 {status}' },
  theTest: { en: 'The test', ko: '테스트' },
  noChecker: {
    en: 'The checking process did not start; run `npm run doctor`.',
    ko: '확인 프로세스가 시작되지 않았습니다. `npm run doctor`를 실행하세요.',
  },
  noFunction: {
    en: '{name} is missing; export a function of this name.',
    ko: '{name}: 함수가 없습니다. 이 이름의 함수를 export 하세요.',
  },
  thrownValue: {
    en: '{name} throws {value}; expected an error, which knows its line.',
    ko: '{name}: {value} 값을 던졌습니다. 줄 번호를 알 수 있도록 Error를 던지세요.',
  },
  atLine: { en: '{file} line {line}: {text}', ko: '{file} {line}행: {text}' },

  // types
  givesInstead: { en: '`{name}` gives {type}, expected {expected}', ko: '`{name}`의 결과: {type} (필요: {expected})' },
  isInstead: { en: '`{name}` is {type}, expected {expected}', ko: '`{name}`: {type} (필요: {expected})' },
  thisInstead: { en: 'this is {type}, expected {expected}', ko: '이 값: {type} (필요: {expected})' },
  givenInstead: {
    en: '`{name}` is given {type}, expected {expected}',
    ko: '`{name}`에 준 값: {type} (필요: {expected})',
  },
  takesInstead: {
    en: '`{parameter}` of `{name}` is {type}, expected {expected}',
    ko: '`{name}`의 `{parameter}`: {type} (필요: {expected})',
  },
  parameter: { en: '1 parameter', ko: '매개변수 1개' },
  parameters: { en: '{count} parameters', ko: '매개변수 {count}개' },
  argument: { en: '1 argument', ko: '인수 1개' },
  arguments: { en: '{count} arguments', ko: '인수 {count}개' },
  atLeast: { en: 'at least {count}', ko: '최소 {count}' },
  takesCount: {
    en: '`{name}` takes {parameters}, expected {expected}',
    ko: '`{name}`: {parameters} (필요: {expected}개)',
  },
  givenCount: {
    en: '`{name}` is given {arguments}, expected {expected}',
    ko: '`{name}`에 준 값: {arguments} (필요: {expected}개)',
  },
  givesNothing: {
    en: '`{name}` gives nothing where it ends, expected {expected}',
    ko: '`{name}`: 끝에서 값을 반환하지 않습니다 (필요: {expected})',
  },
  mayBe: {
    en: '`{name}` may be {type} here, expected a value',
    ko: '`{name}`: 여기서 {type}일 수 있습니다 (필요: 값)',
  },
  noName: { en: 'there is no `{name}` here', ko: '`{name}`: 여기에 없는 이름입니다' },
  noProperty: { en: '`{name}` is no property of {type}', ko: '`{name}`: 없는 속성입니다 ({type})' },
  noExport: { en: '{module} has no `{name}`', ko: '`{name}`: {module}에 없는 이름입니다' },
  didYouMean: { en: '{text}; did you mean `{name}`?', ko: '{text}. 혹시 `{name}`?' },
  theCall: { en: 'the call', ko: '호출' },
  theFunction: { en: 'the function', ko: '함수' },
  aString: { en: 'a string', ko: '문자열' },
  aNumber: { en: 'a number', ko: '숫자' },
  trueOrFalse: { en: 'true or false', ko: '참 또는 거짓' },
  nothing: { en: 'nothing', ko: '값 없음' },
  anyValue: { en: 'a value of any type', ko: '임의의 값' },
  aTensor: { en: 'a tensor', ko: '텐서' },
  tensorOfRank: { en: 'a tensor of rank {rank}', ko: '랭크 {rank} 텐서' },
  arrayOf: { en: 'an array of {items}', ko: '{items} 배열' },
  promiseOf: { en: 'a promise of {type}', ko: '프로미스({type})' },
  theString: { en: 'the string {text}', ko: '문자열 {text}' },
  theNumber: { en: 'the number {text}', ko: '숫자 {text}' },
  anObject: { en: 'an object {text}', ko: '객체 {text}' },
  a: { en: 'a {type}', ko: '{type}' },
  an: { en: 'an {type}', ko: '{type}' },

  // hint, question and answer
  hintOf: { en: '{exercise}: hint {step} of {steps}. {more}', ko: '{exercise}: 힌트 {step}/{steps}. {more}' },
  hintMore: { en: 'Ask again for the next one.', ko: '다시 부르면 다음 힌트가 열립니다.' },
  hintLast: { en: 'There are no more.', ko: '마지막 힌트입니다.' },
  question: { en: 'Question', ko: '문제' },
  number: { en: 'Answer with a number', ko: '숫자로 답하세요' },
  letter: { en: 'Answer with a letter', ko: '기호로 답하세요' },
  right: { en: 'Right.', ko: '정답입니다.' },
  wrong: { en: 'Not right yet. Think again, and try once more.', ko: '아직 정답이 아닙니다. 다시 생각해 보세요.' },
  noQuestion: {
    en: 'There is no question {id}; expected one of {known}.',
    ko: '{id}: 없는 문제입니다. 다음 중 하나를 쓰세요: {known}.',
  },

  // progress
  lecture: { en: 'lecture', ko: '강의' },
  done: { en: 'done', ko: '완료' },
  points: { en: 'points', ko: '점수' },
  left: { en: 'time left', ko: '남은 시간' },
  next: { en: 'next', ko: '다음' },
  inAll: { en: 'in all', ko: '전체' },
  of: { en: '{part} of {whole}', ko: '{whole} 중 {part}' },
  hours: { en: '{count} h', ko: '{count}시간' },
  minutes: { en: '{count} min', ko: '{count}분' },
  worth: { en: '{points} points, about {minutes} min', ko: '{points}점, 약 {minutes}분' },
  asSaved: {
    en: 'Files and notebooks as last saved; an exercise is done when its public tests pass.',
    ko: '마지막으로 저장한 파일과 노트북 기준입니다. 공개 테스트를 모두 통과하면 완료입니다.',
  },
  somePass: {
    en: '{passed} of {count} public tests pass; {failure}',
    ko: '공개 테스트 {count}개 중 {passed}개 통과; {failure}',
  },
  stillToDo: { en: 'still to do: {hint}', ko: '남은 일: {hint}' },
  isMissing: { en: '{name} is missing', ko: '{name}: 함수가 없습니다' },
  bytes: {
    en: '{file} has {bytes} bytes; at most {most} are read',
    ko: '{file}: {bytes}바이트입니다. 최대 {most}바이트까지 읽습니다',
  },

  // submit
  ready: { en: 'ready', ko: '준비됨' },
  'tests fail': { en: 'tests fail', ko: '테스트 실패' },
  missing: { en: 'missing', ko: '없음' },
  'not begun': { en: 'not begun', ko: '시작하지 않음' },
  'partly written': { en: 'partly written', ko: '일부만 작성함' },
  'does not compile': { en: 'does not compile', ko: '컴파일되지 않음' },
  'too large': { en: 'too large', ko: '너무 큼' },
  nowhere: {
    en: 'neither exercises/{exercise}.ts nor a cell of a notebook has {names}',
    ko: 'exercises/{exercise}.ts 파일에도 노트북의 셀에도 없는 함수: {names}',
  },
  fewerPass: { en: 'fewer tests pass', ko: '통과한 테스트가 더 적음' },
  savedEarlier: { en: 'saved earlier', ko: '더 먼저 저장함' },
  takenFrom: { en: '{state}, taken from {file}', ko: '{state}, 담은 파일: {file}' },
  notTaken: { en: 'not taken: {works}', ko: '담지 않음: {works}' },
  nothingToPack: {
    en: 'There is nothing to pack; write an exercise in its cell of a lecture or in the folder exercises, and save it.',
    ko: '담을 것이 없습니다. 강의의 셀이나 exercises 폴더에 연습 문제를 작성하고 저장하세요.',
  },
  notPacked: {
    en: 'Nothing was packed; fix {exercises}, or pack all the same with --force.',
    ko: '아무것도 담지 않았습니다. 다음을 고치거나, --force로 그대로 담으세요: {exercises}.',
  },
  handIn: {
    en: '{ready} of {count} exercises are ready: their public tests pass. Hand in {file}, which holds {taken} exercises as last saved.',
    ko: '연습 문제 {count}개 중 {ready}개가 공개 테스트를 모두 통과했습니다. 이 파일을 제출하세요: {file} (마지막으로 저장한 연습 문제 {taken}개)',
  },

  // the kernel
  interrupted: { en: 'The cell was interrupted.', ko: '셀 실행이 중단되었습니다.' },
  exited: {
    en: 'The cell ended the kernel with process.exit({status}); its variables are gone.',
    ko: '셀이 process.exit({status})로 커널을 종료했습니다. 변수는 모두 사라졌습니다.',
  },
  lateRejection: { en: 'Unhandled rejection: {error}', ko: '처리되지 않은 rejection: {error}' },
  noValue: {
    en: '{name} has no value: the cell that declares it failed before it was set.',
    ko: '{name}: 값이 없습니다. 이 이름을 선언하는 셀이 값을 정하기 전에 실패했습니다.',
  },
  unreadableThrown: {
    en: 'The cell threw a value that throws when it is read.',
    ko: '셀이 던진 값을 읽으면 다시 예외가 발생합니다.',
  },
  unreadable: { en: 'a value that throws when it is read', ko: '읽으면 예외가 발생하는 값' },
  unreadableMessage: { en: 'its message throws when it is read', ko: '메시지를 읽으면 예외가 발생합니다' },
  cut: { en: '{text} … ({count} characters)', ko: '{text} … ({count}자)' },
  causedBy: { en: 'caused by', ko: '원인' },
  errorOf: { en: 'error {index} of {count}', ko: '오류 {index}/{count}' },
  shownAbove: { en: '{what}: an error that is shown above', ko: '{what}: 위에 나온 오류' },
  moreErrors: { en: '… more errors', ko: '… 오류 더 있음' },
  wholeStack: { en: 'The whole stack', ko: '스택 전체' },
  ownFrames: { en: '… {count} more of your own frames', ko: '… 내 코드의 프레임 {count}개 더' },
  repeated: { en: '{frame}, {count} times', ko: '{frame}, {count}번' },
  libraryFrame: { en: '… 1 frame in {libraries}', ko: '… {libraries} 내부 프레임 1개' },
  libraryFrames: { en: '… {count} frames in {libraries}', ko: '… {libraries} 내부 프레임 {count}개' },
  and: { en: '{first} and {last}', ko: '{first}, {last}' },
  noCellToAsk: {
    en: 'input was called outside of a running cell, where no one can answer.',
    ko: '실행 중인 셀 밖에서 input을 불러 답할 사람이 없습니다.',
  },
  noOneToAsk: {
    en: 'This notebook is run by a program that answers no questions.',
    ko: '이 노트북은 질문에 답하지 않는 프로그램이 실행하고 있습니다.',
  },
} as const satisfies Record<string, Text>;

type Names<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

export type Key = keyof typeof SENTENCES;
type Values<K extends Key> = Record<Names<(typeof SENTENCES)[K]['en']>, string | number>;

/** A sentence in the reader's language, with `values` in the places of their names. */
export function say<K extends Key>(key: K, ...[values]: keyof Values<K> extends never ? [] : [Values<K>]): string {
  return filled(SENTENCES[key][preferred()], values ?? {});
}

const filled = (sentence: string, values: Record<string, string | number>): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

/** The language that the reader chose at the start, or that the notebook is in; English where there is no environment. */
export function preferred(): Language {
  const { env } = (globalThis as { process?: { env: Record<string, string | undefined> } }).process ?? {};
  return env?.CNN_KIT_LANGUAGE === 'ko' ? 'ko' : 'en';
}
