// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/suspension.h>

#include <QException>
#include <QFuture>
#include <QFutureWatcher>

#include <exception>
#include <utility>

namespace semper {

class TaskScope;

/// What TaskScope::result() returns. The awaiter follows the future from the await on.
template <class T>
class FutureRequest
{
public:
    FutureRequest(TaskScope &scope, QFuture<T> future)
        : m_scope(scope)
        , m_future(std::move(future))
    { }

    class Awaiter : public Suspension
    {
    public:
        Awaiter(TaskScope &scope, const QFuture<T> &future)
            : Suspension(scope, OnStop::Throw)
        {
            QObject::connect(
                &m_watcher, &QFutureWatcher<T>::finished, &m_watcher, [this] { resume(); });
            m_watcher.setFuture(future);
        }

        T await_resume()
        {
            Suspension::await_resume();
            QFuture<T> future = m_watcher.future();
            try {
                future.waitForFinished(); // never blocks: it has; throws what the work threw
            } catch (const QUnhandledException &wrapped) { // as QtConcurrent has all but QException
                if (const std::exception_ptr thrown = wrapped.exception())
                    std::rethrow_exception(thrown);
                throw;
            }
            if constexpr (!std::is_void_v<T>)
                return future.takeResult();
        }

    private:
        QFutureWatcher<T> m_watcher;
    };

    Awaiter operator co_await() const { return Awaiter(m_scope, m_future); }

private:
    TaskScope &m_scope;
    QFuture<T> m_future;
};

} // namespace semper
