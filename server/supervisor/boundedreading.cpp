// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/boundedreading.h"

#include <QHash>

#include <chrono>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

// In steps: where this whole process was stopped meanwhile, only one of them is lost.
constexpr auto readingStep = 250ms;
constexpr int readingSteps = 4;

/// A read of its own thread, which outlives whoever asked for it where it does not come to an end.
std::future<EnvironmentBytes> beginReading(const QString &path, std::optional<uid_t> owner)
{
    auto promise = std::make_shared<std::promise<EnvironmentBytes>>();
    auto future = promise->get_future();
    std::thread([promise, path, owner] {
        promise->set_value(readEnvironmentBytes(path, owner));
    }).detach();
    return future;
}

bool hasAnswered(const std::future<EnvironmentBytes> &reading)
{
    for (int i = 0; i < readingSteps; ++i)
        if (reading.wait_for(readingStep) == std::future_status::ready)
            return true;
    return false;
}

} // namespace

EnvironmentResult readEnvironmentInTime(const QString &path, std::optional<uid_t> owner)
{
    static QHash<QString, std::shared_ptr<std::future<EnvironmentBytes>>> stuck;
    const EnvironmentBytes silence = u"cannot be read: its file system does not answer"_s;
    if (const auto before = stuck.value(path)) {
        if (before->wait_for(0ms) != std::future_status::ready)
            return parseEnvironmentFile(path, silence);
        stuck.remove(path);
    }
    try {
        auto reading = std::make_shared<std::future<EnvironmentBytes>>(beginReading(path, owner));
        if (hasAnswered(*reading))
            return parseEnvironmentFile(path, reading->get());
        stuck.insert(path, std::move(reading));
        return parseEnvironmentFile(path, silence);
    } catch (const std::system_error &error) {
        return parseEnvironmentFile(
            path, u"no thread to read it: %1"_s.arg(QString::fromLocal8Bit(error.what())));
    }
}

} // namespace semper
