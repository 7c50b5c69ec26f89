// An empty method of gRPC C++ over mutual TLS, to compare with: floor PORT CA CERTIFICATE KEY, the last three PEM files. Its answer is the bytes of its first
// line of input, in hexadecimal digits; it parses nothing, which makes it a little faster than a generated service. It ends with its input.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

std::string ReadFile(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::string FromHex(const std::string& digits) {
    std::string bytes;
    for (size_t at = 0; at + 1 < digits.size(); at += 2) {
        bytes.push_back(static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16)));
    }
    return bytes;
}

// One call at a time: waits for one, reads its request, answers, and makes room for the next.
class Call final {
public:
    Call(grpc::AsyncGenericService* service, grpc::ServerCompletionQueue* queue, const grpc::ByteBuffer& answer)
        : service_(service), queue_(queue), answer_(answer), stream_(&context_) {
        service_->RequestCall(&context_, &stream_, queue_, queue_, this);
    }

    void Proceed(bool ok) {
        if (!ok || step_ == Step::kAnswered) {
            delete this;
        } else if (step_ == Step::kWaiting) {
            new Call(service_, queue_, answer_);
            step_ = Step::kReading;
            stream_.Read(&request_, this);
        } else {
            step_ = Step::kAnswered;
            stream_.WriteAndFinish(answer_, grpc::WriteOptions(), grpc::Status::OK, this);
        }
    }

private:
    enum class Step { kWaiting, kReading, kAnswered };

    grpc::AsyncGenericService* service_;
    grpc::ServerCompletionQueue* queue_;
    grpc::ByteBuffer answer_;
    grpc::ByteBuffer request_;
    grpc::GenericServerContext context_;
    grpc::GenericServerAsyncReaderWriter stream_;
    Step step_ = Step::kWaiting;
};

void Serve(grpc::ServerCompletionQueue* queue) {
    void* call;
    for (bool ok; queue->Next(&call, &ok);) {
        static_cast<Call*>(call)->Proceed(ok);
    }
}

}  // namespace

int main(int count, char** arguments) {
    std::string line;
    if (count != 5 || !std::getline(std::cin, line)) {
        return 2;
    }

    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = ReadFile(arguments[2]);
    tls.pem_key_cert_pairs.push_back({ReadFile(arguments[4]), ReadFile(arguments[3])});
    grpc::AsyncGenericService service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(std::string("127.0.0.1:") + arguments[1], grpc::SslServerCredentials(tls));
    builder.RegisterAsyncGenericService(&service);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    for (unsigned core = 0; core < std::max(1u, std::thread::hardware_concurrency()); core++) {
        queues.push_back(builder.AddCompletionQueue());
    }

    auto server = builder.BuildAndStart();
    if (!server) {
        return 1;
    }

    grpc::Slice slice(FromHex(line));
    const grpc::ByteBuffer answer(&slice, 1);
    std::vector<std::thread> threads;
    for (auto& queue : queues) {
        for (int call = 0; call < 256; call++) {
            new Call(&service, queue.get(), answer);
        }
        threads.emplace_back(Serve, queue.get());
    }

    std::cout << "ready" << std::endl;
    while (std::getline(std::cin, line)) {
    }
    server->Shutdown(std::chrono::system_clock::now());
    for (auto& queue : queues) {
        queue->Shutdown();
    }
    for (auto& thread : threads) {
        thread.join();
    }
}
