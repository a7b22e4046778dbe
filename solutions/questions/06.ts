/** Concept questions of lecture 06. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '06-1',
    difficulty: 1,
    text: {
      en: 'A plain network of 56 layers is worse than one of 20 layers. Which observation shows that this is not overfitting?',
      ko: '56층의 단순한 신경망이 20층짜리보다 나쁩니다. 이것이 과적합이 아님을 보여 주는 관찰은 무엇입니까?',
    },
    choices: [
      { en: 'Its training error is higher, too', ko: '학습 오류도 더 높다' },
      { en: 'Its test error is higher, too', ko: '시험 오류도 더 높다' },
      { en: 'It has more parameters than the network of 20 layers', ko: '20층 신경망보다 파라미터가 많다' },
      { en: 'Its test error falls if training is stopped early', ko: '학습을 일찍 멈추면 시험 오류가 줄어든다' },
    ],
    explanation: {
      en: 'Whoever overfits is good on the training pictures. The deep plain network cannot even fit those: it is a problem of optimization.',
      ko: '과적합이라면 학습 데이터에서는 좋아야 합니다. 깊은 단순 신경망은 학습 데이터조차 맞추지 못하므로 최적화의 문제입니다.',
    },
  },
  {
    id: '06-2',
    difficulty: 1,
    text: {
      en: 'Why can a residual block become the identity so easily?',
      ko: '잔차 블록이 쉽게 항등 함수가 될 수 있는 이유는 무엇입니까?',
    },
    choices: [
      { en: 'Its convolutions only have to become zero', ko: '합성곱의 가중치가 0이 되기만 하면 된다' },
      {
        en: 'Its convolutions have 1x1 filters, which can copy their input',
        ko: '합성곱이 입력을 복사할 수 있는 1x1 필터를 갖고 있다',
      },
      {
        en: 'Batch normalization makes the identity the most likely function',
        ko: '배치 정규화가 항등 함수를 가장 그럴듯하게 만든다',
      },
      { en: 'Gradients do not flow through its convolutions', ko: '합성곱을 통해서는 그래디언트가 흐르지 않는다' },
    ],
    explanation: {
      en: 'The block learns a difference to its input, and no difference is zero weights. A plain layer would have to learn the identity itself.',
      ko: '블록은 입력과의 차이를 배우며, 차이가 없으면 가중치가 0입니다. 단순한 층은 항등 함수 자체를 배워야 합니다.',
    },
  },
  {
    id: '06-3',
    difficulty: 2,
    text: {
      en: 'The basic block has 18 C² numbers. How many C² has a bottleneck that works on C channels inside and 4 C outside?',
      ko: '기본 블록의 가중치는 18 C²개입니다. 안쪽 채널이 C, 바깥쪽 채널이 4 C인 병목 블록의 가중치는 C²의 몇 배입니까?',
    },
    number: 17,
    tolerance: 0,
    unit: { en: 'times C²', ko: 'C²의 배수' },
    explanation: {
      en: '4 C² + 9 C² + 4 C² = 17 C²: three layers and four times as many channels outside, for a little less.',
      ko: '4 C² + 9 C² + 4 C² = 17 C²입니다. 층이 셋이고 바깥 채널이 네 배인데도 비용은 조금 적습니다.',
    },
  },
  {
    id: '06-4',
    difficulty: 2,
    text: {
      en: 'Why can a post-activation block (ReLU after the addition) not pass on every input unchanged?',
      ko: '덧셈 뒤에 ReLU가 있는 블록이 모든 입력을 그대로 전달할 수는 없는 이유는 무엇입니까?',
    },
    choices: [
      { en: 'Its output is never negative', ko: '출력이 음수일 수 없다' },
      {
        en: 'Its shortcut has parameters that need to be learned first',
        ko: '지름길에 먼저 학습해야 할 파라미터가 있다',
      },
      { en: 'Batch normalization shifts its mean', ko: '배치 정규화가 평균을 옮긴다' },
      { en: 'Its two convolutions cannot both be zero at the same time', ko: '두 합성곱이 동시에 0일 수 없다' },
    ],
    explanation: {
      en: 'relu(x + 0) = x holds for x >= 0 only. The pre-activation block has nothing after the addition, so with zero convolutions it is the identity for all x.',
      ko: 'relu(x + 0) = x는 x가 0 이상일 때만 성립합니다. 사전 활성화 블록은 덧셈 뒤에 아무것도 없어 합성곱이 0이면 모든 x에 대해 항등 함수입니다.',
    },
  },
  {
    id: '06-5',
    difficulty: 3,
    text: {
      en: 'The paper’s ResNet-50 has 3.86 G multiply-adds, torchvision’s 4.09 G, and both have 25,557,032 parameters. Where is the difference?',
      ko: '논문의 ResNet-50은 곱셈-덧셈이 3.86 G, torchvision의 것은 4.09 G이며 파라미터는 둘 다 25,557,032개입니다. 무엇이 다릅니까?',
    },
    choices: [
      {
        en: 'torchvision has the stride in the 3x3 convolution, the paper in the first 1x1',
        ko: 'torchvision은 3x3 합성곱에, 논문은 첫 1x1 합성곱에 보폭이 있다',
      },
      {
        en: 'torchvision counts batch normalization, which the paper’s table leaves out completely',
        ko: 'torchvision은 논문의 표가 뺀 배치 정규화까지 세었다',
      },
      {
        en: 'torchvision takes pictures of 256 pixels instead of the usual 224',
        ko: 'torchvision은 224가 아니라 256픽셀의 그림을 쓴다',
      },
      {
        en: 'torchvision projects in every shortcut (option C), and not only where the shape changes',
        ko: 'torchvision은 모양이 바뀌는 곳만이 아니라 모든 지름길에서 투영한다(옵션 C)',
      },
    ],
    explanation: {
      en: 'The first 1x1 then works at four times as many places, in three blocks. Filters are the same, so no parameter tells. Option C would add parameters.',
      ko: '그러면 세 블록에서 첫 1x1이 네 배 많은 위치에서 계산됩니다. 필터는 같으므로 파라미터로는 알 수 없습니다. 옵션 C라면 파라미터가 늘어납니다.',
    },
  },
];
