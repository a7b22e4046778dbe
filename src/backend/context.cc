// Compiled with tfjs-node's binding, whose sources call TFE_NewContext and TFE_Execute by the names cnn_kit_new_context and
// cnn_kit_execute: it keeps its context to itself, and graphs are added to it from outside; and it never says on which
// device an operation is to run.
#undef TFE_NewContext
#undef TFE_Execute
#include <cstdlib>
#include <map>
#include <string>

#include "tensorflow/c/eager/c_api.h"

// Each thread of Node has a binding, and a context, of its own.
static thread_local TFE_Context* newest = nullptr;
static thread_local std::string device;
static thread_local std::map<std::string, int64_t> executed;

extern "C" {

TFE_Context* cnn_kit_new_context(const TFE_ContextOptions* options, TF_Status* status) {
  const char* count = std::getenv("CNN_KIT_CPU_DEVICES");
  if (count != nullptr && std::atoi(count) > 1 && std::atoi(count) < 128) {
    // ConfigProto { device_count { key: "CPU" value: count } }
    const char config[] = {0x0a, 0x07, 0x0a, 0x03, 'C', 'P', 'U', 0x10, static_cast<char>(std::atoi(count))};
    TFE_ContextOptionsSetConfig(const_cast<TFE_ContextOptions*>(options), config, sizeof config, status);
    if (TF_GetCode(status) != TF_OK) return nullptr;
  }
  newest = TFE_NewContext(options, status);
  return newest;
}

TFE_Context* cnn_kit_context() { return newest; }

// Where operations run from now on; "" leaves it to TensorFlow.
void cnn_kit_place(const char* name) { device = name; }

// Operations since the start that were placed on a device and whose first result says that they ran there.
int64_t cnn_kit_executed(const char* name) { return executed[name]; }

void cnn_kit_execute(TFE_Op* op, TFE_TensorHandle** results, int* count, TF_Status* status) {
  if (!device.empty()) {
    TFE_OpSetDevice(op, device.c_str(), status);
    if (TF_GetCode(status) != TF_OK) return;
  }
  TFE_Execute(op, results, count, status);
  if (device.empty() || TF_GetCode(status) != TF_OK || *count == 0) return;
  const char* where = TFE_TensorHandleDeviceName(results[0], status);
  if (TF_GetCode(status) == TF_OK) executed[where]++;
}

}
