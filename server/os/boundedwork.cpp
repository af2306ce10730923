// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/boundedwork.h"

#include "os/withoutsignals.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

/// A descriptor that is closed with the last who holds it.
class Descriptor
{
public:
    explicit Descriptor(int number)
        : m_number(number)
    { }
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    Q_DISABLE_COPY_MOVE(Descriptor)

private:
    int m_number;
};

} // namespace

std::shared_future<void> beginDetached(std::function<void()> work)
{
    auto promise = std::make_shared<std::promise<void>>();
    auto future = promise->get_future().share();
    const WithoutSignals withoutSignals;
    std::thread([promise = std::move(promise), work = std::move(work)] {
        work();
        promise->set_value();
    }).detach();
    return future;
}

// It may be let go inside its own signal.
std::shared_ptr<BoundedWork> BoundedWork::begin(
    std::function<void()> work, std::chrono::milliseconds limit)
{
    return {new BoundedWork(std::move(work), limit), [](BoundedWork *it) { it->deleteLater(); }};
}

BoundedWork::BoundedWork(std::function<void()> work, std::chrono::milliseconds limit)
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        refuse(qt_error_string(errno));
        return;
    }
    m_pipe = ends[0];
    m_closed = std::make_unique<QSocketNotifier>(m_pipe, QSocketNotifier::Read);
    connect(m_closed.get(), &QSocketNotifier::activated, this, &BoundedWork::end);
    connect(&m_limit, &PatientTimer::timeout, this, &BoundedWork::end);
    try {
        m_work = beginDetached(
            [work = std::move(work), end = std::make_shared<Descriptor>(ends[1])] { work(); });
        m_limit.start(limit);
    } catch (const std::system_error &error) {
        refuse(QString::fromLocal8Bit(error.what()));
    }
}

BoundedWork::~BoundedWork()
{
    closePipe();
}

bool BoundedWork::isDone() const
{
    return !m_work.valid() || m_work.wait_for(0s) == std::future_status::ready;
}

void BoundedWork::refuse(const QString &problem)
{
    m_problem = problem;
    closePipe();
    QMetaObject::invokeMethod(this, &BoundedWork::end, Qt::QueuedConnection);
}

void BoundedWork::end()
{
    if (std::exchange(m_isOver, true))
        return;
    m_limit.stop();
    closePipe();
    Q_EMIT over();
}

void BoundedWork::closePipe()
{
    if (m_closed) // this may be inside its signal
        m_closed.release()->deleteLater();
    if (m_pipe >= 0)
        ::close(std::exchange(m_pipe, -1));
}

} // namespace semper
