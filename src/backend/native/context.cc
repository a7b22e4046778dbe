// Compiled with tfjs-node's binding, whose sources call functions of TensorFlow by our names for them (build.ts).
// The binding keeps its context to itself; graphs are added to it, and run in it in the background, from outside. And it
// never says on which device an operation is to run.
#undef TFE_NewContext
#undef TFE_Execute
#undef TF_NewTensor
#undef TFE_TensorHandleNumDims
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/eager/c_api_experimental.h"

// Each thread of Node has a binding, and a context, of its own.
static thread_local TFE_Context* newest = nullptr;
static thread_local std::string device;
static thread_local std::map<std::string, int64_t> executed;
static thread_local TFE_Executor* immediate = nullptr;
static thread_local TFE_Executor* background = nullptr;
static thread_local bool is_deferred = false;

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
  if (device.empty() || is_deferred || TF_GetCode(status) != TF_OK || *count == 0) return;
  const char* where = TFE_TensorHandleDeviceName(results[0], status);
  if (TF_GetCode(status) == TF_OK) executed[where]++;
}

// The binding would lend JavaScript's memory to TensorFlow, and take it back on whichever thread lets go of it last;
// JavaScript's may be touched on its own thread alone.
TF_Tensor* cnn_kit_new_tensor(TF_DataType type, const int64_t* shape, int rank, void* data, size_t length,
                              void (*free_data)(void*, size_t, void*), void* argument) {
  TF_Tensor* tensor = TF_AllocateTensor(type, shape, rank, length);
  if (length > 0) std::memcpy(TF_TensorData(tensor), data, length);
  free_data(data, length, argument);
  return tensor;
}

// The rank of a result that is still being computed can be had only by waiting for it; compile.ts knows it already.
int cnn_kit_num_dims(TFE_TensorHandle* handle, TF_Status* status) {
  return is_deferred ? 0 : TFE_TensorHandleNumDims(handle, status);
}

// Operations that this thread starts from now on are computed in the background, in their order, two waiting at the most;
// or at once again.
void cnn_kit_defer(bool on) {
  is_deferred = on;
  if (background == nullptr) {
    immediate = TFE_ContextGetExecutorForThread(newest);
    background = TFE_NewExecutor(true, false, 2);
  }
  TFE_ContextSetExecutorForThread(newest, is_deferred ? background : immediate);
}

}
