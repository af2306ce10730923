// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/process.h>
#include <semper/registry.h>
#include <semper/semper_core_export.h>
#include <semper/task.h>

#include <QObject>

namespace semper {

/// What an author writes: a class with one entry, run(), which lives in a process of its own
/// beside a service. Named by SEMPER_USER_PROCESS(Class) and in the service's configuration.
class SEMPER_CORE_EXPORT UserProcess : public QObject
{
    Q_OBJECT
public:
    explicit UserProcess(QObject *parent = nullptr);
    ~UserProcess() override;

    /// The whole life of the process, as a coroutine on the main thread: it never blocks, and is
    /// never an empty Task. When it returns, or a stop cuts it short, the process exits with 0;
    /// when it throws, with 70, or 78 for a ConfigurationError. \a process outlives it. The rules
    /// of awaiting stand in docs/writing-a-process.md.
    virtual QCoro::Task<> run(Process &process) = 0;
};

} // namespace semper
