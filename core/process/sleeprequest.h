// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>
#include <semper/suspension.h>

#include <chrono>

namespace semper {

class TaskScope;

/// What TaskScope::sleep() returns. Small and copyable, because QCoro 0.8 copies what is awaited;
/// the time runs from the await on.
class SEMPER_CORE_EXPORT SleepRequest
{
public:
    SleepRequest(TaskScope &scope, std::chrono::milliseconds duration)
        : m_scope(scope)
        , m_duration(duration)
    { }

    class Awaiter : public Suspension
    {
    public:
        Awaiter(TaskScope &scope, std::chrono::milliseconds duration)
            : Suspension(scope, OnStop::Return)
        {
            endAfter(duration);
        }
    };

    Awaiter operator co_await() const { return Awaiter(m_scope, m_duration); }

private:
    TaskScope &m_scope;
    std::chrono::milliseconds m_duration;
};

} // namespace semper
