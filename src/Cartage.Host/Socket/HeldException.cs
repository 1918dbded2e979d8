namespace Cartage.Host.Socket;

/// <summary>Another process holds the project and can be asked.</summary>
sealed class HeldException(string stateFolder, PipelineException cause) : Exception(cause.Message, cause)
{
    /// <summary>Where its socket is.</summary>
    public string StateFolder => stateFolder;

    /// <summary>What to say when it cannot be asked after all.</summary>
    public PipelineException Cause => cause;
}
