// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>
#include <semper/suspension.h>

#include <chrono>

namespace semper {

class Process;

/// What Process::sleep() returns. Small and copyable, because QCoro 0.8 copies what is awaited;
/// the time runs from the await on.
class SEMPER_CORE_EXPORT SleepRequest
{
public:
    SleepRequest(Process &process, std::chrono::milliseconds duration)
        : m_process(process)
        , m_duration(duration)
    { }

    class Awaiter : public Suspension
    {
    public:
        Awaiter(Process &process, std::chrono::milliseconds duration)
            : Suspension(process, OnStop::Return)
        {
            endAfter(duration);
        }
    };

    Awaiter operator co_await() const { return Awaiter(m_process, m_duration); }

private:
    Process &m_process;
    std::chrono::milliseconds m_duration;
};

} // namespace semper
