// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/boundedreading.h"

#include "os/boundedwork.h"
#include "supervision/tokenbucket.h"

#include <QCoreApplication>
#include <QHash>
#include <QThread>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <system_error>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

/// A reading that may be under way.
struct EnvironmentReading
{
    /// The thread's, until its work is done.
    struct Found
    {
        std::optional<FileStamp> stamp;
        EnvironmentBytes bytes;
    };

    Instant begunAt;
    std::shared_ptr<Found> found;
    std::shared_ptr<BoundedWork> work;
};

namespace {

constexpr auto readingLimit = 1s;

std::shared_ptr<EnvironmentReading> beginReading(const QString &path, std::optional<uid_t> owner)
{
    auto found = std::make_shared<EnvironmentReading::Found>();
    const Instant now = std::chrono::steady_clock::now();
    auto work = BoundedWork::begin(
        [found, path, owner] {
            found->stamp = FileStamp(path); // before, so that it is never newer than what was read
            found->bytes = readEnvironmentBytes(path, owner);
        },
        readingLimit);
    if (!work->problem().isEmpty())
        found->bytes = u"cannot be read: %1"_s.arg(work->problem());
    return std::make_shared<EnvironmentReading>(
        EnvironmentReading{now, std::move(found), std::move(work)});
}

/// Has \a clear called when the event loop of this thread ends.
bool clearAtTheEnd(const std::function<void()> &clear)
{
    QThread *thread = QThread::currentThread();
    auto *application = QCoreApplication::instance();
    if (application->thread() == thread)
        QObject::connect(application, &QCoreApplication::aboutToQuit, application, clear);
    else
        QObject::connect(thread, &QThread::finished, thread, clear, Qt::DirectConnection);
    return true;
}

/// The one that is under way, or a new one. So of each file there is one at a time, however many
/// launches want it and however long its file system does not answer.
std::shared_ptr<EnvironmentReading> currentReading(const QString &path, std::optional<uid_t> owner)
{
    using Key = std::pair<QString, std::optional<uid_t>>;
    static std::map<Key, std::shared_ptr<EnvironmentReading>> underWay;
    // They have timers, which do not outlive their thread's event loop.
    static const bool isCleared = clearAtTheEnd([] { underWay.clear(); });
    static_cast<void>(isCleared);
    std::erase_if(underWay, [](const auto &entry) { return entry.second->work->isDone(); });
    auto &reading = underWay[{path, owner}];
    if (!reading)
        reading = beginReading(path, owner);
    return reading;
}

/// A look at files, on a thread of its own.
struct Look
{
    QList<FileStamp> files;
    std::atomic<qsizetype> at = 0; ///< the file that it looks at, or has found to have changed
};

std::shared_future<void> beginLook(const std::shared_ptr<Look> &look)
{
    return beginDetached([look] {
        while (look->at < look->files.size() && look->files.at(look->at).isCurrent())
            ++look->at;
    });
}

/// Waits for a look, but not for more of the time than there is for all of them.
bool awaitLook(const std::shared_future<void> &look)
{
    static TokenBucket seconds(0.01, 0.2);
    constexpr std::chrono::microseconds longestSlice = 10ms;
    constexpr std::chrono::microseconds most = 100ms;
    std::chrono::microseconds slice = 50us; // a local file system needs no longer
    for (auto waited = 0us; waited < most; waited += std::exchange(slice, 2 * slice)) {
        slice = std::min({slice, longestSlice, most - waited});
        const std::chrono::duration<double> amount = slice;
        if (!seconds.take(std::chrono::steady_clock::now(), amount.count()))
            break;
        if (look.wait_for(slice) == std::future_status::ready)
            return true;
    }
    return look.wait_for(0s) == std::future_status::ready;
}

/// The looks that were not waited for to their end.
class SilentFiles
{
public:
    /// Rests for a hundred times as long as it took since \a begun: a slow one is not to take the
    /// time that there is for all.
    void add(const QString &path, std::shared_future<void> look, Instant begun)
    {
        const Instant now = std::chrono::steady_clock::now();
        m_looks.insert(path, {std::move(look), now + 100 * (now - begun)});
    }

    [[nodiscard]] bool contains(const QString &path)
    {
        const auto it = m_looks.constFind(path);
        if (it == m_looks.cend())
            return false;
        if (it->look.wait_for(0s) != std::future_status::ready
            || std::chrono::steady_clock::now() < it->until)
            return true;
        m_looks.erase(it);
        return false;
    }

private:
    struct Silence
    {
        std::shared_future<void> look;
        Instant until;
    };

    QHash<QString, Silence> m_looks;
};

} // namespace

std::shared_ptr<BoundedWork> AwaitedEnvironment::await(
    const QString &path, std::optional<uid_t> owner)
{
    if (!m_askedAt)
        m_askedAt = std::chrono::steady_clock::now();
    if (!m_reading)
        m_reading = currentReading(path, owner);
    // What began before may have seen what stood there before.
    while (m_reading->work->isDone() && m_reading->begunAt < *m_askedAt)
        m_reading = currentReading(path, owner);
    if (m_reading->work->isDone()) {
        m_result = parseEnvironmentFile(path, m_reading->found->bytes);
        m_stamp = m_reading->found->stamp;
        return nullptr;
    }
    if (!m_reading->work->isOver())
        return m_reading->work;
    m_result = parseEnvironmentFile(path, u"cannot be read: its file system does not answer"_s);
    return nullptr;
}

QString changeAmong(const QList<FileStamp> &files)
{
    static SilentFiles silent;
    const auto silence
        = [](const QString &path) { return u"%1 cannot be looked at in time"_s.arg(path); };
    for (const FileStamp &file : files)
        if (silent.contains(file.path()))
            return silence(file.path());
    const Instant begun = std::chrono::steady_clock::now();
    const auto look = std::make_shared<Look>();
    look->files = files;
    try {
        auto underWay = beginLook(look);
        if (!awaitLook(underWay)) {
            const QString path = files.at(std::min(look->at.load(), files.size() - 1)).path();
            silent.add(path, std::move(underWay), begun);
            return silence(path);
        }
    } catch (const std::system_error &) {
        return u"there is no thread to look at its files"_s;
    }
    return look->at < files.size()
        ? u"%1 has changed since it was started"_s.arg(files.at(look->at).path())
        : QString();
}

} // namespace semper
