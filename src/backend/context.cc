// Compiled with tfjs-node's binding, whose sources call TFE_NewContext by the name cnn_kit_new_context: it keeps its context
// to itself, and graphs are added to it from outside.
#undef TFE_NewContext
#include "tensorflow/c/eager/c_api.h"

// Each thread of Node has a binding, and a context, of its own.
static thread_local TFE_Context* newest = nullptr;

extern "C" {

TFE_Context* cnn_kit_new_context(const TFE_ContextOptions* options, TF_Status* status) {
  newest = TFE_NewContext(options, status);
  return newest;
}

TFE_Context* cnn_kit_context() { return newest; }

}
