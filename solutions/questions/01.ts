/** Concept questions of lecture 01. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '01-1',
    difficulty: 1,
    text: {
      en: 'A convolution has 64 filters of 5 x 5 and takes 32 channels. How many parameters does it have, biases included?',
      ko: '5 x 5 필터가 64개이고 입력 채널이 32개인 합성곱 층의 파라미터는 편향을 포함하여 몇 개입니까?',
    },
    number: 51264,
    tolerance: 0,
    explanation: {
      en: 'Every filter has 5 * 5 * 32 = 800 numbers and one bias: 64 * 801 = 51,264.',
      ko: '필터 하나에는 5 * 5 * 32 = 800개의 가중치와 편향 1개가 있으므로 64 * 801 = 51,264개입니다.',
    },
  },
  {
    id: '01-2',
    difficulty: 1,
    text: {
      en: 'Height and width of the input double. What happens to a convolution?',
      ko: '입력의 높이와 너비가 각각 두 배가 되면 합성곱 층은 어떻게 됩니까?',
    },
    choices: [
      {
        en: 'Its multiply-adds grow fourfold; its parameters stay',
        ko: '곱셈-덧셈 횟수는 4배가 되고 파라미터 수는 그대로이다',
      },
      {
        en: 'Both its multiply-adds and its parameters grow fourfold',
        ko: '곱셈-덧셈 횟수와 파라미터 수가 모두 4배가 된다',
      },
      {
        en: 'Its parameters grow fourfold; its multiply-adds stay the same',
        ko: '파라미터 수는 4배가 되고 곱셈-덧셈 횟수는 그대로이다',
      },
      {
        en: 'Its multiply-adds double; its parameters stay',
        ko: '곱셈-덧셈 횟수는 2배가 되고 파라미터 수는 그대로이다',
      },
    ],
    explanation: {
      en: 'The same filters work at four times as many places. That is why resolution is paid for in computing, not in parameters.',
      ko: '같은 필터가 네 배 많은 위치에서 계산됩니다. 해상도의 비용은 파라미터가 아니라 연산량으로 치릅니다.',
    },
  },
  {
    id: '01-3',
    difficulty: 2,
    text: {
      en: 'One paper says that a network needs 2.3 G operations, another says 1.14 G for the same network. Both counted well. What is the most likely reason?',
      ko: '같은 신경망의 연산량을 어떤 논문은 2.3 G, 다른 논문은 1.14 G라고 합니다. 둘 다 바르게 세었다면 가장 그럴듯한 이유는 무엇입니까?',
    },
    choices: [
      {
        en: 'One counts a multiply-add as two operations, the other as one',
        ko: '하나는 곱셈-덧셈을 연산 2회로, 다른 하나는 1회로 세었다',
      },
      {
        en: 'One has left out the biases, which cost as much as the weights',
        ko: '하나는 가중치만큼의 비용이 드는 편향을 빼고 세었다',
      },
      {
        en: 'One has counted training, where the backward pass doubles the forward pass',
        ko: '하나는 역전파까지 포함한 학습 연산량을 세었다',
      },
      { en: 'One has counted the pooling layers', ko: '하나는 풀링 층까지 세었다' },
    ],
    explanation: {
      en: 'Tables of the lecture count 1 per multiply-add, charts such as that of Canziani et al. count 2. Biases and pooling are below one percent, and a training step costs about three times the forward pass.',
      ko: '강의의 표는 곱셈-덧셈을 1회로, Canziani 등의 그림은 2회로 셉니다. 편향과 풀링은 1%도 되지 않고, 학습 한 단계는 순전파의 약 3배입니다.',
    },
  },
  {
    id: '01-4',
    difficulty: 3,
    text: {
      en: 'A 3x3 convolution with stride 2 is followed by two 3x3 convolutions with stride 1. How many pixels wide is the receptive field of one unit at the end?',
      ko: '보폭 2인 3x3 합성곱 뒤에 보폭 1인 3x3 합성곱 두 개가 이어집니다. 마지막 유닛 하나의 수용 영역은 너비가 몇 픽셀입니까?',
    },
    number: 11,
    tolerance: 0,
    explanation: {
      en: '1 + 2 = 3 after the first; from there neighbours are 2 pixels apart, so each further layer adds 2 * 2 = 4: 3 + 4 + 4 = 11.',
      ko: '첫 층 뒤에는 1 + 2 = 3입니다. 그 뒤로는 이웃 유닛이 2픽셀씩 떨어져 있으므로 층마다 2 * 2 = 4가 더해져 3 + 4 + 4 = 11입니다.',
    },
  },
];
