/** Concept questions of lecture 03. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '03-1',
    difficulty: 1,
    text: { en: 'What do the switches of a deconvnet remember?', ko: '디컨브넷의 스위치는 무엇을 기억합니까?' },
    choices: [
      { en: 'Where in each pooling window the maximum was', ko: '각 풀링 창에서 최댓값이 있던 위치' },
      { en: 'Which units the ReLU of the forward pass has set to zero', ko: '순전파의 ReLU가 0으로 만든 유닛' },
      { en: 'Which filters of the layer had the largest activations', ko: '그 층에서 활성값이 가장 컸던 필터' },
      { en: 'The values that pooling has thrown away', ko: '풀링이 버린 값' },
    ],
    explanation: {
      en: 'Pooling forgets the place; the switch keeps it, so that unpooling can put the value back. The values that were not the maximum are lost: those places become 0.',
      ko: '풀링은 위치를 잊지만 스위치가 그것을 보관하여 언풀링이 값을 제자리에 놓을 수 있습니다. 최댓값이 아닌 값은 사라지고 그 자리는 0이 됩니다.',
    },
  },
  {
    id: '03-2',
    difficulty: 2,
    text: {
      en: 'What did the pictures of AlexNet’s first two layers show Zeiler and Fergus, and what did they change?',
      ko: 'Zeiler와 Fergus는 AlexNet의 처음 두 층을 시각화하여 무엇을 보았고, 무엇을 바꾸었습니까?',
    },
    choices: [
      {
        en: 'Aliasing and missing middle frequencies; smaller filters and a smaller stride',
        ko: '에일리어싱과 비어 있는 중간 주파수; 필터와 보폭을 줄였다',
      },
      {
        en: 'Filters that are all alike; more dropout and a larger batch in training',
        ko: '서로 비슷한 필터; 드롭아웃을 늘리고 배치를 키웠다',
      },
      {
        en: 'Vanishing gradients; auxiliary classifiers after the second and the fourth layer',
        ko: '사라지는 그래디언트; 둘째와 넷째 층 뒤에 보조 분류기를 달았다',
      },
      { en: 'Dead units; tanh instead of ReLU', ko: '죽은 유닛; ReLU 대신 tanh를 썼다' },
    ],
    explanation: {
      en: '11 x 11 with stride 4 became 7 x 7 with stride 2 (section 4.1): the top-5 error went from 18.1% to 16.5%.',
      ko: '보폭 4인 11 x 11이 보폭 2인 7 x 7이 되었고(4.1절) top-5 오류가 18.1%에서 16.5%로 줄었습니다.',
    },
  },
  {
    id: '03-3',
    difficulty: 2,
    text: {
      en: 'A grey square wanders over a picture, and the probability of the right class is drawn as a map. What does a dark (low) place mean?',
      ko: '회색 사각형을 그림 위에서 움직이며 정답 클래스의 확률을 지도로 그립니다. 어두운(낮은) 곳은 무엇을 뜻합니까?',
    },
    choices: [
      { en: 'The network needs what is there', ko: '신경망이 그곳에 있는 것을 필요로 한다' },
      {
        en: 'The network does not look there: hiding it makes no difference',
        ko: '신경망이 그곳을 보지 않는다: 가려도 차이가 없다',
      },
      {
        en: 'The picture is dark there, so that grey does not stand out',
        ko: '그림이 그곳에서 어두워 회색이 두드러지지 않는다',
      },
      { en: 'The gradient of the loss is zero at this place', ko: '그곳에서 손실의 그래디언트가 0이다' },
    ],
    explanation: {
      en: 'Where hiding hurts, there was evidence. If the lowest place is the background and not the object, the network has learned the wrong thing.',
      ko: '가렸을 때 확률이 떨어진 곳에 근거가 있었습니다. 가장 낮은 곳이 물체가 아니라 배경이라면 신경망이 잘못된 것을 배운 것입니다.',
    },
  },
  {
    id: '03-4',
    difficulty: 3,
    text: {
      en: 'On its way back through a ReLU, a signal u arrives at a unit whose forward input was a. What does the deconvnet pass on?',
      ko: 'ReLU를 거슬러 신호 u가 내려옵니다. 이 유닛의 순전파 입력은 a였습니다. 디컨브넷은 무엇을 내려보냅니까?',
    },
    choices: [
      { en: 'max(0, u)', ko: 'max(0, u)' },
      { en: 'u where a > 0, else 0', ko: 'a > 0이면 u, 아니면 0' },
      { en: 'u where both a > 0 and u > 0, else 0', ko: 'a > 0이고 u > 0이면 u, 아니면 0' },
      { en: 'u, unchanged', ko: 'u를 그대로' },
    ],
    explanation: {
      en: 'The deconvnet rectifies what comes down and does not ask what the forward pass did. The second choice, by a alone, is backpropagation; both conditions together are guided backpropagation.',
      ko: '디컨브넷은 내려오는 신호를 정류할 뿐 순전파가 어땠는지는 묻지 않습니다. a만 보는 것은 역전파이고, 두 조건을 모두 보는 것은 가이디드 역전파입니다.',
    },
  },
];
