// An empty method of gRPC C++ over mutual TLS, to compare with: floor PORT CA CERTIFICATE KEY, the last three PEM files. Its answer is the bytes of its first
// line of input, in hexadecimal digits; it parses nothing, which makes it a little faster than a generated service. It ends with its input.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

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

class Reactor final : public grpc::ServerGenericBidiReactor {
public:
    explicit Reactor(const grpc::ByteBuffer& answer) : answer_(answer) { StartRead(&request_); }

private:
    void OnReadDone(bool ok) override {
        if (ok) {
            StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
        } else {
            Finish(grpc::Status(grpc::StatusCode::INTERNAL, "no request"));
        }
    }

    void OnDone() override { delete this; }

    grpc::ByteBuffer answer_;
    grpc::ByteBuffer request_;
};

class Floor final : public grpc::CallbackGenericService {
public:
    explicit Floor(const std::string& answer) {
        grpc::Slice slice(answer);
        answer_ = grpc::ByteBuffer(&slice, 1);
    }

private:
    grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override { return new Reactor(answer_); }

    grpc::ByteBuffer answer_;
};

}  // namespace

int main(int count, char** arguments) {
    std::string line;
    if (count != 5 || !std::getline(std::cin, line)) {
        return 2;
    }

    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = ReadFile(arguments[2]);
    tls.pem_key_cert_pairs.push_back({ReadFile(arguments[4]), ReadFile(arguments[3])});
    Floor service(FromHex(line));
    grpc::ServerBuilder builder;
    builder.AddListeningPort(std::string("127.0.0.1:") + arguments[1], grpc::SslServerCredentials(tls));
    builder.RegisterCallbackGenericService(&service);
    auto server = builder.BuildAndStart();
    if (!server) {
        return 1;
    }

    std::cout << "ready" << std::endl;
    while (std::getline(std::cin, line)) {
    }
    server->Shutdown();
}
